/** What tests of stories share: people who know each other, and the ways to what they show. */
import type { Person } from './client';
import type { World } from './native-world';
import { fetchBytes, picture, upload } from './uploads';

/** Both are contacts of each other from now on. */
export async function befriend(a: Person, b: Person): Promise<void> {
  await a.api('POST', '/api/contacts/request', { userId: b.id });
  await b.api('PATCH', `/api/contacts/request/${a.id}/accept`);
}

export async function post(person: Person, story: object) {
  const answer = await person.api('POST', '/api/stories', story);
  if (answer.status !== 201) throw new Error(`no story: ${JSON.stringify(answer.body)}`);
  return answer.body.story;
}

export const say = (person: Person, text: string, privacy?: object) =>
  post(person, { type: 'text', text, ...(privacy && { privacy }) });

/** A picture as a story; resolves with the story and the id of its file. */
export async function showPicture(world: Pick<World, 'app'>, person: Person, privacy?: object) {
  const { media } = (await upload(world.app, person, { bytes: await picture(), name: 'red.png' })).body;
  const story = await post(person, { type: 'image', mediaId: media.id, ...(privacy && { privacy }) });
  return { story, mediaId: media.id as string };
}

/** The ids of the stories in somebody's feed, in its order. */
export async function feedOf(person: Person): Promise<string[]> {
  const { feed } = (await person.api('GET', '/api/stories')).body;
  return feed.flatMap(({ stories }: { stories: Array<{ id: string }> }) => stories.map(({ id }) => id));
}

/** What the bytes of a file are answered with, asked for by token. */
export async function bytesOf(world: Pick<World, 'app'>, person: Person, mediaId: string): Promise<number> {
  const headers = { authorization: `Bearer ${person.accessToken}` };
  return (await fetchBytes(`${world.app.url}/api/media/${mediaId}/file`, headers)).status;
}
