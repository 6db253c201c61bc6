/** Signing in: phone number, code, and for somebody new a name. */
import { fill, h, setText } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { duration } from '../lib/time.js';
import { errorText } from '../lib/words.js';
import { sendJson } from '../net/http.js';

const COUNTRY_KEY = 'parley.country';

/**
 * @param {{ deviceId: string, onSignedIn: (login: any) => void, notice?: string }} options
 * @returns {HTMLElement}
 */
export function createSignIn({ deviceId, onSignedIn, notice = '' }) {
  const card = h('div', { class: 'card' });
  /** @type {{ phoneNumber: string, countryCode?: string }} */
  let phone = { phoneNumber: '' };
  let shownNumber = '';

  function showPhone(text = '') {
    const country = h('select', { id: 'country', name: 'country', autocomplete: 'country' });
    const number = phoneInput(phone.phoneNumber);
    void loadCountries(country);
    const form = stepForm('Sign in to Parley', 'We will send a code to your phone.', 'Send code', [
      field('Country', country),
      field('Phone number', number),
    ]);
    form.onSubmit(async () => {
      const isFull = number.value.trim().startsWith('+');
      phone = {
        phoneNumber: number.value.trim(),
        ...(!isFull && country.value && { countryCode: country.value }),
      };
      const prefix = country.selectedOptions[0]?.dataset.prefix ?? '';
      shownNumber = isFull ? phone.phoneNumber : `${prefix} ${phone.phoneNumber}`;
      localStorage.setItem(COUNTRY_KEY, country.value);
      const sent = await sendJson('POST', '/api/auth/send-otp', { body: phone });
      showCode(sent.resendAfter ?? 30);
    });
    if (text) form.showNote(text);
    fill(card, form.element);
    number.focus();
  }

  /** @param {number} resendAfter seconds */
  function showCode(resendAfter) {
    const code = codeInput();
    const resend = h('button', { class: 'link', type: 'button' });
    const back = h(
      'button',
      { class: 'link', type: 'button', on: { click: () => showPhone() } },
      'Change number',
    );
    const form = stepForm('Enter the code', `Sent to ${shownNumber}`, 'Sign in', [
      field('6-digit code', code),
      h('p', { class: 'card__links' }, resend, back),
    ]);
    form.onSubmit(async () => {
      const body = { ...phone, otp: code.value.trim(), deviceId, platform: 'web' };
      try {
        onSignedIn(await sendJson('POST', '/api/auth/verify-otp', { body }));
      } catch (error) {
        code.select();
        throw error;
      }
    });
    resend.addEventListener('click', () =>
      form.run(async () => {
        const sent = await sendJson('POST', '/api/auth/send-otp', { body: phone });
        countDown(resend, sent.resendAfter ?? 30);
        form.showNote('A new code is on its way.');
      }),
    );
    code.addEventListener('input', () => code.value.trim().length === 6 && form.element.requestSubmit());
    countDown(resend, resendAfter);
    fill(card, form.element);
    code.focus();
  }

  showPhone(notice);
  return h('main', { class: 'welcome' }, brand(), card);
}

/**
 * The first thing a new person is asked.
 * @param {{ onSave: (fields: { name: string, bio?: string }) => Promise<void> }} options
 */
export function createProfileStep({ onSave }) {
  const name = h('input', { id: 'name', autocomplete: 'name', required: true, maxLength: 100 });
  const bio = h('input', { id: 'bio', maxLength: 500, placeholder: 'Hey there! I am using Parley.' });
  const form = stepForm('What is your name?', 'The people you write to will see it.', 'Continue', [
    field('Your name', name),
    field('About (optional)', bio),
  ]);
  form.onSubmit(() =>
    onSave({ name: name.value.trim(), ...(bio.value.trim() && { bio: bio.value.trim() }) }),
  );
  setTimeout(() => name.focus(), 0);
  return h('main', { class: 'welcome' }, brand(), h('div', { class: 'card' }, form.element));
}

function brand() {
  return h('div', { class: 'brand' }, icon('logo'), h('span', {}, 'Parley'));
}

/** @param {string} value */
function phoneInput(value) {
  const props = {
    id: 'phone',
    type: 'tel',
    inputmode: 'tel',
    autocomplete: 'tel-national',
    required: true,
    value,
  };
  return h('input', { ...props, maxLength: 24 });
}

function codeInput() {
  const props = {
    id: 'otp',
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    pattern: '\\s*[0-9]{6}\\s*',
  };
  return h('input', { ...props, required: true, maxLength: 6, class: 'code', placeholder: '••••••' });
}

/** @param {string} label @param {HTMLElement} input */
export function field(label, input) {
  return h('div', { class: 'field' }, h('label', { for: input.id }, label), input);
}

/** A form with one button, and one place for what went wrong. @param {string} title @param {string} lead @param {string} action @param {HTMLElement[]} body */
function stepForm(title, lead, action, body) {
  const note = h('p', { class: 'note', role: 'alert' });
  const button = h('button', { class: 'button button--primary button--wide', type: 'submit' }, action);
  const element = h(
    'form',
    {},
    h('h1', {}, title),
    h('p', { class: 'card__lead' }, lead),
    body,
    note,
    button,
  );

  /** @param {() => Promise<void>} task */
  async function run(task) {
    button.disabled = true;
    setText(note, '');
    note.classList.remove('is-error');
    await task().catch((error) => {
      setText(note, errorText(error));
      note.classList.add('is-error');
    });
    button.disabled = false;
  }

  return {
    element,
    run,
    /** @param {string} text */
    showNote: (text) => setText(note, text),
    /** @param {() => Promise<void>} task */
    onSubmit(task) {
      element.addEventListener('submit', (/** @type {Event} */ event) => {
        event.preventDefault();
        if (!button.disabled) void run(task);
      });
    },
  };
}

/** Keeps the button off until a new code may be asked for. @param {HTMLButtonElement} button @param {number} seconds */
function countDown(button, seconds) {
  const end = Date.now() + seconds * 1000;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    button.disabled = left > 0;
    setText(button, left > 0 ? `New code in ${duration(left)}` : 'Send a new code');
    if (left > 0) setTimeout(tick, 500);
  };
  tick();
}

/** @param {HTMLSelectElement} select */
async function loadCountries(select) {
  const { countries } = await sendJson('GET', '/api/auth/countries').catch(() => ({ countries: [] }));
  const sorted = [...countries].sort((a, b) => a.name.localeCompare(b.name));
  fill(
    select,
    ...sorted.map(({ code, callingCode, name }) =>
      h('option', { value: code, dataset: { prefix: plus(callingCode) } }, `${name} (${plus(callingCode)})`),
    ),
  );
  const wanted = localStorage.getItem(COUNTRY_KEY) || new Intl.Locale(navigator.language).maximize().region;
  if (sorted.some(({ code }) => code === wanted)) select.value = wanted ?? '';
}

/** @param {string | number} callingCode */
function plus(callingCode) {
  return `+${String(callingCode).replace(/^\+/, '')}`;
}
