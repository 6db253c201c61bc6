/** Elements without a framework. Text only ever becomes text nodes: what a user wrote is never parsed as HTML. */

/** @typedef {Node | string | number | null | undefined | false} Child */

const PROPERTIES = new Set([
  'value',
  'checked',
  'disabled',
  'hidden',
  'textContent',
  'tabIndex',
  'maxLength',
]);

/**
 * Makes an element. `class` is the class name, `dataset` and `on` are objects, all else an attribute or property.
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...(Child | Child[])} children
 * @returns {any}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(element, name, value);
  element.append(...children.flat().filter(isShown).map(toNode));
  return element;
}

/** @param {any} element @param {string} name @param {any} value */
function setProp(element, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === 'class') element.className = value;
  else if (name === 'dataset') Object.assign(element.dataset, value);
  else if (name === 'on')
    for (const [event, fn] of Object.entries(value)) element.addEventListener(event, fn);
  else if (PROPERTIES.has(name)) element[name] = value;
  else element.setAttribute(name, value === true ? '' : String(value));
}

/** @param {Child} child */
function isShown(child) {
  return child !== null && child !== undefined && child !== false;
}

/** @param {any} child */
function toNode(child) {
  return child instanceof Node ? child : document.createTextNode(String(child));
}

/** Puts exactly these children into `parent`. @param {Element} parent @param {...(Child | Child[])} children */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat().filter(isShown).map(toNode));
}

/** Writes text only when it differs, so that screen readers hear changes only. @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @type {WeakMap<Element, Map<string, { node: Element, version: string }>>} */
const known = new WeakMap();

/**
 * Makes the children of `parent` match `items`, keeping the nodes of known keys (and with them focus and scroll).
 * A node is made again only when its `version` changed.
 * @template T
 * @param {Element} parent
 * @param {T[]} items
 * @param {{ key: (item: T) => string, version: (item: T) => string, create: (item: T) => Element }} how
 */
export function reconcile(parent, items, how) {
  const before = known.get(parent) ?? new Map();
  const after = new Map();
  for (const item of items) {
    const key = how.key(item);
    const version = how.version(item);
    const old = before.get(key);
    if (old && old.version === version) after.set(key, old);
    else after.set(key, { node: replaceNode(old?.node, how.create(item)), version });
  }
  for (const [key, old] of before) if (!after.has(key)) old.node.remove();
  let index = 0;
  for (const { node } of after.values()) {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
    index += 1;
  }
  known.set(parent, after);
}

/** A renewed node takes over the place of the old one, and the focus if it was inside. @param {Element | undefined} old @param {Element} fresh */
function replaceNode(old, fresh) {
  if (!old?.isConnected) return fresh;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(fresh);
  if (focused === null) return fresh;
  const label = focused.getAttribute('data-focus');
  const target = label ? fresh.querySelector(`[data-focus="${label}"]`) : fresh;
  if (target instanceof HTMLElement) target.focus({ preventScroll: true });
  return fresh;
}
