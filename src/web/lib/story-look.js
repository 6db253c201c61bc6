/** How stories look: the colours one can choose, and what is made of colours that others chose. */

export const BACKGROUNDS = [
  { value: '#0b7a63', label: 'Green' },
  { value: '#1d4ed8', label: 'Blue' },
  { value: '#7c3aed', label: 'Violet' },
  { value: '#be123c', label: 'Red' },
  { value: '#b45309', label: 'Amber' },
  { value: '#334155', label: 'Slate' },
];

/** What stands behind words when nobody chose. */
export const DEFAULT = '#0b7a63';

const HEX = /^#[0-9a-f]{6}$/i;
/** Above this the ground is light, and words on it are dark. */
const LIGHT = 0.55;

/** Paints an element in a colour that somebody chose; anything but a colour is taken for the first one. @param {HTMLElement} element @param {string | null} background */
export function paint(element, background) {
  const colour = background && HEX.test(background) ? background : DEFAULT;
  element.style.backgroundColor = colour;
  element.style.color = lightness(colour) > LIGHT ? '#13201f' : '#ffffff';
}

/** 0 for black to 1 for white. @param {string} colour */
function lightness(colour) {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((from) =>
    Number.parseInt(colour.slice(from, from + 2), 16),
  );
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}
