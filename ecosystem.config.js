/**
 * Parley under PM2: `pm2 start ecosystem.config.js`, `pm2 reload parley` for a new version (docs/operations.md). Settings come from
 * `.env` or the environment, as without PM2. PARLEY_WORKERS above 1: that many workers behind one port, for web sockets alone; with
 * PARLEY_PORTS=each every worker has a port of its own, counted up from PORT, for a balancer that leads clients back to theirs.
 */
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');
const dotenv = require('dotenv');

const file = path.join(__dirname, '.env');
const settings = { ...(existsSync(file) ? dotenv.parse(readFileSync(file)) : {}), ...process.env };
const workers = Number(settings.PARLEY_WORKERS || 1);
if (!Number.isInteger(workers) || workers < 1)
  throw new Error('PARLEY_WORKERS must be a whole number from 1 on');

/** PM2's way to run them, and the settings that follow from it. */
function spread() {
  if (workers === 1) return { env: {} };
  const env = { PARLEY_WORKERS: String(workers), SOCKET_ADAPTER: settings.SOCKET_ADAPTER || 'mongo' };
  if (settings.PARLEY_PORTS === 'each') {
    const PORT = settings.PORT || '3000';
    return { exec_mode: 'fork', instances: workers, increment_var: 'PORT', env: { ...env, PORT } };
  }
  if ((settings.SOCKET_TRANSPORTS || 'websocket') !== 'websocket')
    throw new Error(
      'Workers behind one port speak SOCKET_TRANSPORTS=websocket alone; PARLEY_PORTS=each is for polling',
    );
  return { exec_mode: 'cluster', instances: workers, env: { ...env, SOCKET_TRANSPORTS: 'websocket' } };
}

const { env, ...spreading } = spread();

module.exports = {
  apps: [
    {
      name: 'parley',
      script: 'dist/index.js',
      cwd: __dirname,
      ...spreading,
      env: { NODE_ENV: 'production', ...env },
      // The server says when it listens, and ends in order within 5 seconds of a signal.
      wait_ready: true,
      listen_timeout: 60_000,
      kill_timeout: 6_000,
      // A server that cannot start, for a setting that is wrong, is not started again and again without a pause.
      exp_backoff_restart_delay: 500,
      max_memory_restart: '1500M',
      // The log has times of its own.
      time: false,
      merge_logs: true,
    },
  ],
};
