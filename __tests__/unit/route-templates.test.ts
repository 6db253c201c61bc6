import { createTemplateFinder } from '../../src/helpers/route-templates';

const templateOf = createTemplateFinder([
  '/api/users/{userId}',
  '/api/users/profile',
  '/api/chats/{chatId}/messages',
  '/api/chats/messages/{id}',
]);

describe('the template of a path', () => {
  it.each([
    ['/api/users/64b000000000000000000001', '/api/users/{userId}'],
    ['/api/users/profile', '/api/users/profile'],
    ['/API/Users/Profile/', '/api/users/profile'],
    ['/api/chats/64b000000000000000000001/messages', '/api/chats/{chatId}/messages'],
    ['/api/users', 'other'],
    ['/api/users/a/b', 'other'],
    ['/', 'other'],
    ['', 'other'],
    ['//api//users//profile', 'other'],
  ])('of %s is %s', (path, template) => {
    expect(templateOf(path)).toBe(template);
  });

  it('is one of the documented ones, whatever is asked for', () => {
    const seen = new Set(Array.from({ length: 1000 }, (_, i) => templateOf(`/api/users/${i}/../${i % 3}`)));
    expect([...seen]).toEqual(['other']);
  });
});
