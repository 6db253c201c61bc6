import { h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';

/** @type {Record<string, { name: string, label: string }>} */
const TICKS = {
  sending: { name: 'clock', label: 'Sending' },
  failed: { name: 'alert', label: 'Not sent' },
  sent: { name: 'sent', label: 'Sent' },
  delivered: { name: 'double', label: 'Delivered' },
  read: { name: 'double', label: 'Read' },
};

/** How far a message of one's own has got. @param {string} status */
export function ticks(status) {
  const { name, label } = TICKS[status] ?? TICKS.sent ?? { name: '', label: '' };
  return h(
    'span',
    { class: `ticks ticks--${status}`, role: 'img', 'aria-label': label, title: label },
    icon(name),
  );
}
