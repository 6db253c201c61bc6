/** The container, compose and PM2 files name only what there is. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';
import { loadConfig } from '../../src/config/env';
import { readEnvExample } from '../support/env-example';
import { ROOT } from '../support/root';

const read = (name: string) => readFileSync(path.join(ROOT, name), 'utf8');

interface Service {
  build?: string;
  environment?: Record<string, string>;
  secrets?: string[];
  volumes?: string[];
  networks?: string[];
  ports?: string[];
  healthcheck?: object;
}
const compose = load(read('docker-compose.yml'), { schema: CORE_SCHEMA.withTags(mergeTag) }) as {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, unknown>;
  networks: Record<string, { internal?: boolean } | null>;
};
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  it('sets only settings that Parley reads', () => {
    const known = readEnvExample().map(({ name }) => name);
    expect(known).toEqual(expect.arrayContaining(Object.keys(compose.services.parley?.environment ?? {})));
  });

  it('leaves to .env what the operations page has one put there, and that is a whole production configuration', () => {
    const { environment = {} } = compose.services.parley ?? {};
    const given = Object.entries(environment).filter(([name]) => !name.endsWith('_FILE'));
    const secrets = { JWT_SECRET: 'x'.repeat(64), TURN_SECRET: 'y', REDIS_PASSWORD: 'z' };
    const values = given.map(([name, value]) => [
      name,
      value.replace(/\$\{DOMAIN[^}]*\}/g, 'chat.example.org'),
    ]);
    const [, line = ''] = /printf '(DOMAIN=.*)' > \.env/.exec(read('docs/operations.md')) ?? [];
    const dotenv = line
      .split('\\n')
      .filter(Boolean)
      .map((entry) => entry.split('='));
    const config = loadConfig({ ...Object.fromEntries([...dotenv, ...values]), ...secrets });
    expect(config).toMatchObject({
      isProduction: true,
      publicUrl: 'https://chat.example.org',
      trustProxy: 1,
      redis: { host: 'redis' },
    });
    expect(config.calls.turn?.urls).toHaveLength(2);
  });

  it('has a health check for every service, that of Parley in its image', () => {
    for (const [name, service] of services.filter(([, { build }]) => build === undefined))
      expect([name, service.healthcheck]).toEqual([name, expect.any(Object)]);
  });

  it('declares every secret, volume and network that is used', () => {
    for (const [, { secrets = [], volumes = [], networks = [] }] of services) {
      expect(Object.keys(compose.secrets)).toEqual(expect.arrayContaining(secrets));
      expect(Object.keys(compose.networks)).toEqual(expect.arrayContaining(networks));
      const named = volumes.map((volume) => volume.split(':')[0]);
      expect(Object.keys(compose.volumes)).toEqual(expect.arrayContaining(named));
    }
  });

  it('publishes no port of the databases, whose network leads nowhere', () => {
    expect(compose.networks.inside).toEqual({ internal: true });
    for (const name of ['mongo', 'redis']) {
      expect(compose.services[name]).toMatchObject({ networks: ['inside'] });
      expect(compose.services[name]?.ports).toBeUndefined();
    }
  });
});

describe('Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');

  it('copies what exists and .dockerignore lets through', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    const sources = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources) {
      expect([source, existsSync(path.join(ROOT, source))]).toEqual([source, true]);
      const isAllowed = allowed.some(
        (rule) => source === rule.slice(1) || source.startsWith(`${rule.slice(1)}/`),
      );
      expect([source, isAllowed]).toEqual([source, true]);
    }
  });

  it('runs as somebody without rights, behind an init, with a health check', () => {
    expect(lines.filter((line) => line.startsWith('USER '))).toEqual(['USER 1000:1000']);
    expect(lines).toContain('ENTRYPOINT ["dumb-init", "--"]');
    expect(lines.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true);
  });

  it('starts from the Node of .nvmrc', () => {
    const [major] = read('.nvmrc').trim().split('.');
    for (const line of lines.filter((text) => text.startsWith('FROM ')))
      expect(line).toMatch(new RegExp(`^FROM node:${major}\\.`));
  });
});

describe('ecosystem.config.js', () => {
  /** What it says where these settings are in the environment. */
  function ecosystem(settings: Record<string, string>) {
    const print = `process.stdout.write(JSON.stringify(require(${JSON.stringify(path.join(ROOT, 'ecosystem.config.js'))}).apps[0]))`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', print], {
      env: settings,
      encoding: 'utf8',
    });
    return { app: stdout === '' ? undefined : JSON.parse(stdout), stderr };
  }

  it('puts several workers behind one port, for web sockets and with an adapter', () => {
    expect(ecosystem({}).app).not.toHaveProperty('instances');
    const { app } = ecosystem({ PARLEY_WORKERS: '2' });
    expect(app).toMatchObject({ exec_mode: 'cluster', instances: 2, wait_ready: true });
    expect(app.env).toEqual({
      NODE_ENV: 'production',
      PARLEY_WORKERS: '2',
      SOCKET_ADAPTER: 'mongo',
      SOCKET_TRANSPORTS: 'websocket',
    });
    const { stderr } = ecosystem({ PARLEY_WORKERS: '2', SOCKET_TRANSPORTS: 'websocket,polling' });
    expect(stderr).toContain('PARLEY_PORTS=each is for polling');
  });

  it('gives each worker a port of its own where a balancer wants it', () => {
    const { app } = ecosystem({
      PARLEY_WORKERS: '3',
      PARLEY_PORTS: 'each',
      SOCKET_ADAPTER: 'redis',
      PORT: '4000',
    });
    expect(app).toMatchObject({ exec_mode: 'fork', instances: 3, increment_var: 'PORT' });
    expect(app.env).toMatchObject({ PORT: '4000', SOCKET_ADAPTER: 'redis' });
    expect(app.env).not.toHaveProperty('SOCKET_TRANSPORTS');
  });

  it('starts what the build makes and waits longer than a stop takes', () => {
    const { apps } = require(path.join(ROOT, 'ecosystem.config.js'));
    expect(apps).toMatchObject([{ script: 'dist/index.js', wait_ready: true, kill_timeout: 6000 }]);
    const [, force = ''] = /FORCE_STOP_AFTER_MS = (\d+)/.exec(read('src/index.ts')) ?? [];
    expect(apps[0].kill_timeout).toBeGreaterThan(Number(force));
  });
});
