/** What the tests of seed 004 share: clients with a cookie jar, as a browser has one. */
import { type Answer, call } from '../support/client';
import type { World } from '../support/native-world';

export const CODE = '123456';
export const PASSWORD = 'correct horse';

/** As one `Set-Cookie` header has it. */
export interface SetCookie {
  name: string;
  value: string;
  attributes: string[];
}

/** Somebody who uses the REST API with a jar of cookies of their own. */
export interface Visitor {
  cookies: Map<string, string>;
  /** What the last answer set. */
  lastSet(): SetCookie[];
  api(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** Somebody with an account who is signed in. */
export interface Member extends Visitor {
  id: string;
  email: string;
  accessToken(): string;
}

/** A client that keeps cookies; what has a path it sends there alone. */
export function visitor(url: string): Visitor {
  const cookies = new Map<string, string>();
  let set: SetCookie[] = [];
  return {
    cookies,
    lastSet: () => set,
    async api(method, path, body, headers = {}) {
      const isAuth = path.startsWith('/auth');
      const jar = [...cookies].filter(([name]) => isAuth || name === 'accessToken');
      const cookie = jar.map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await call(url, method, path, {
        body,
        headers: { ...(cookie && { cookie }), ...headers },
      });
      set = answer.headers.getSetCookie().map(parseSetCookie);
      for (const { name, value } of set) {
        if (value === '') cookies.delete(name);
        else cookies.set(name, value);
      }
      return answer;
    },
  };
}

function parseSetCookie(header: string): SetCookie {
  const [pair = '', ...attributes] = header.split('; ');
  const [name = '', value = ''] = pair.split('=');
  return { name, value, attributes };
}

let serial = 0;

/** An address nobody else in this run has. */
export function freshEmail(name = 'person'): string {
  serial += 1;
  return `${name}${serial}.${process.pid}@example.org`;
}

/** Signs somebody up as the seed has it: registers, types the code. */
export async function join(world: World, email = freshEmail(), password = PASSWORD): Promise<Member> {
  const person = visitor(world.app.url);
  await person.api('POST', '/auth/register', { email, password });
  const { status, body } = await person.api('POST', '/auth/verify-otp', { email, otp: CODE });
  if (status !== 200) throw new Error(`verify-otp answered ${status}: ${JSON.stringify(body)}`);
  return {
    ...person,
    id: body.user.id,
    email,
    accessToken: () => person.cookies.get('accessToken') ?? '',
  };
}

/** Time enough for another code. */
export function waitForNextCode({ clock }: World): void {
  clock.advance(31_000);
}

/** The status of a sign-in with a password. */
export async function loginStatus(world: World, email: string, password: string): Promise<number> {
  return (await visitor(world.app.url).api('POST', '/auth/login', { email, password })).status;
}
