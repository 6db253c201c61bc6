/** Who may see a story: everyone, one's contacts, all of them but some, or some alone. */
import { fill, h } from '../lib/dom.js';
import { knownPeople } from '../state/selectors.js';
import { asChoice, createPicker } from './people-picker.js';
import { field } from './sign-in.js';

const CHOICES = [
  { value: 'contacts', label: 'My contacts' },
  { value: 'everyone', label: 'Everyone' },
  { value: 'except', label: 'My contacts, except …' },
  { value: 'only', label: 'Only share with …' },
];

/** @param {import('../page').App} app @param {() => void} onChange */
export function createStoryAudience(app, onChange) {
  const { state } = app.store;
  /** @type {string[]} */
  let named = [];
  const box = h(
    'select',
    { id: 'story-audience' },
    CHOICES.map(({ value, label }) => h('option', { value }, label)),
  );
  const people = h('div', { class: 'compose__people' });
  const isNaming = () => box.value === 'except' || box.value === 'only';

  box.addEventListener('change', () => {
    named = [];
    fill(people, ...(isNaming() ? [picker()] : []));
    onChange();
  });

  function picker() {
    const isOther = (/** @type {{ id: string }} */ user) => user.id !== state.me?.id;
    return createPicker({
      initial: knownPeople(state).filter(isOther).map(asChoice),
      find: async (query) => (await app.actions.searchPeople(query)).filter(isOther).map(asChoice),
      placeholder: 'Name, username or phone number',
      isMany: true,
      onChange(chosen) {
        named = chosen.map(({ id }) => id);
        onChange();
      },
    });
  }

  return {
    element: h('div', {}, field('Who can see it', box), people),
    /** Somebody is named where somebody has to be. */
    isComplete: () => !isNaming() || named.length > 0,
    /** @returns {import('../net/stories.js').Privacy} */
    value: () => (isNaming() ? { audience: box.value, userIds: named } : { audience: box.value }),
  };
}
