/** The page's icons: 24-unit outlines drawn by ourselves, made through the DOM because inline markup is not allowed. */
const SVG = 'http://www.w3.org/2000/svg';

/** @type {Record<string, string>} */
const PATHS = {
  back: 'M15 5l-7 7 7 7',
  send: 'M4 12l16-8-5 17-3.5-6.5z M11.5 14.5L20 4',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14z M20.5 20.5L16 16',
  logo: 'M6 4.5h12a2.5 2.5 0 0 1 2.5 2.5v6.5a2.5 2.5 0 0 1-2.5 2.5h-7L6 20v-4a2.5 2.5 0 0 1-2.5-2.5V7A2.5 2.5 0 0 1 6 4.5z M8 8.8h8 M8 12h5',
  newChat: 'M4 5h16v11H9l-5 4z M12 8v5 M9.5 10.5h5',
  menu: 'M12 4.6a.7.7 0 1 0 0 1.4.7.7 0 0 0 0-1.4z M12 11.3a.7.7 0 1 0 0 1.4.7.7 0 0 0 0-1.4z M12 18a.7.7 0 1 0 0 1.4.7.7 0 0 0 0-1.4z',
  close: 'M6 6l12 12 M18 6L6 18',
  down: 'M6 9l6 6 6-6',
  emoji: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z M8.5 14c1.6 2.4 5.4 2.4 7 0 M9 9.4v.2 M15 9.4v.2',
  reply: 'M10 6L4 11.5 10 17v-3.4c5 0 8 1.4 10 4.4-.7-5.5-4-8.6-10-8.8z',
  forward: 'M14 6l6 5.5-6 5.5v-3.4c-5 0-8 1.4-10 4.4.7-5.5 4-8.6 10-8.8z',
  edit: 'M5 19l1-4L16.5 4.5l3 3L9 18z M14.5 6.5l3 3',
  trash: 'M5 7h14 M9 7V4.5h6V7 M7 7l1 13h8l1-13',
  star: 'M12 3.5l2.6 5.4 5.9.8-4.3 4.2 1 5.9L12 17l-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z M12 11v5.5 M12 7.5v.2',
  copy: 'M8 8h12v12H8z M16 8V4H4v12h4',
  pin: 'M9 4h6l-.6 6 3.1 3v1.5H6.5V13l3.1-3z M12 14.5V21',
  mute: 'M5 9.5h3L13 5v14l-5-4.5H5z M16.5 9.5l5 5 M21.5 9.5l-5 5',
  archive: 'M4 5h16v4H4z M5.5 9v10h13V9 M10 13h4',
  group:
    'M9 5a3.2 3.2 0 1 0 0 6.4A3.2 3.2 0 0 0 9 5z M3 19c.3-3.6 2.6-5.5 6-5.5s5.7 1.9 6 5.5 M15.5 5.3a3 3 0 0 1 0 5.9 M17.5 13.8c2.2.6 3.3 2.3 3.5 5.2',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z M4.5 20.5c.4-4.3 3.2-6.5 7.5-6.5s7.1 2.2 7.5 6.5',
  addPerson:
    'M10 4.5a3.7 3.7 0 1 0 0 7.4 3.7 3.7 0 0 0 0-7.4z M3 20c.4-4 3-6 7-6s6.6 2 7 6 M19 7.5v6 M16 10.5h6',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1 M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1',
  timer: 'M12 6.5a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4z M12 10v4l2.5 1.5 M9.5 3.5h5',
  exit: 'M14 4H5v16h9 M10 12h10.5 M17 8.5l3.5 3.5-3.5 3.5',
  check: 'M5 12.5l4.5 4.5L19 7',
  retry: 'M5 12a7 7 0 1 0 2.2-5.1 M4.5 4v4h4',
  settings:
    'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z M12 3v2.5 M12 18.5V21 M3 12h2.5 M18.5 12H21 M5.6 5.6l1.8 1.8 M16.6 16.6l1.8 1.8 M5.6 18.4l1.8-1.8 M16.6 7.4l1.8-1.8',
  clock: 'M12 5.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z M12 9v3.3l2 1.2',
  sent: 'M6 12.5l4 4L18.5 7.5',
  double: 'M2.5 12.5l4 4L15 7.5 M11 15.6l.9.9L20.5 7.5',
  attach:
    'M19.5 11.5l-7.8 7.8a5 5 0 0 1-7.1-7.1l8.3-8.3a3.3 3.3 0 0 1 4.7 4.7l-8.2 8.2a1.7 1.7 0 0 1-2.4-2.4l7.4-7.3',
  image:
    'M5.5 4.5h13A1.5 1.5 0 0 1 20 6v12a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18V6a1.5 1.5 0 0 1 1.5-1.5z M4.5 17l5-5 4 4 2.5-2.5 3.5 3.5 M15.5 7.8a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6z',
  document: 'M6.5 3.5h7l4 4v13h-11z M13.5 3.5v4h4 M9.5 12h5 M9.5 15.5h5',
  download: 'M12 4v11 M7.5 11L12 15.5 16.5 11 M5 19.5h14',
  play: 'M8 5.5v13l10.5-6.5z',
  pause: 'M8.5 5.5v13 M15.5 5.5v13',
  sound:
    'M9 18V6l10-2v12 M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z M19 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z',
  next: 'M9 5l7 7-7 7',
  phone:
    'M5.5 4h3.2l1.6 4.2-2 1.5a11 11 0 0 0 6 6l1.5-2 4.2 1.6v3.2c0 .9-.7 1.5-1.6 1.4C11 19.3 4.7 13 4.1 5.6 4 4.7 4.6 4 5.5 4z',
  hangUp:
    'M3.2 14.8c-.6-1-.4-2.2.5-3C8.5 7.4 15.5 7.4 20.3 11.8c.9.8 1.1 2 .5 3l-1 1.6-4.3-1.5-.2-2.6a10.5 10.5 0 0 0-6.6 0l-.2 2.6-4.3 1.5z',
  video:
    'M4 6.5h9.5A1.5 1.5 0 0 1 15 8v8a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 16V8A1.5 1.5 0 0 1 4 6.5z M15 11l6-3.5v9L15 13',
  videoOff:
    'M4 6.5h9.5A1.5 1.5 0 0 1 15 8v8a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 16V8A1.5 1.5 0 0 1 4 6.5z M15 11l6-3.5v9L15 13 M3 3.5l17.5 17.5',
  mic: 'M12 3.5a2.8 2.8 0 0 0-2.8 2.8v5a2.8 2.8 0 0 0 5.6 0v-5A2.8 2.8 0 0 0 12 3.5z M5.8 11a6.2 6.2 0 0 0 12.4 0 M12 17.2V20.5',
  micOff:
    'M12 3.5a2.8 2.8 0 0 0-2.8 2.8v5a2.8 2.8 0 0 0 5.6 0v-5A2.8 2.8 0 0 0 12 3.5z M5.8 11a6.2 6.2 0 0 0 12.4 0 M12 17.2V20.5 M3.5 3.5l17 17',
  shrink: 'M20 4l-6.5 6.5 M13.5 5.5v5h5 M4 20l6.5-6.5 M10.5 18.5v-5h-5',
  grow: 'M13.5 10.5L20 4 M15 4h5v5 M10.5 13.5L4 20 M9 20H4v-5',
  incoming: 'M18.5 5.5l-12 12 M6.5 9.5v8h8',
  outgoing: 'M6 18L18 6 M10 6h8v8',
  alert: 'M12 3.5L2.5 20h19z M12 10v4.5 M12 17.3v.2',
};

/**
 * An icon that screen readers skip; give the button around it a label.
 * @param {string} name one of the names above
 * @param {string} [className]
 */
export function icon(name, className = '') {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon ${className}`.trim());
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name] ?? '');
  svg.append(path);
  return svg;
}
