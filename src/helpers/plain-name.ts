/** Names that others see beside what they trust: of people, groups, files and places. */

/** Breaks out of the line a name stands in, or turns the text around it: controls, line ends, bidi overrides and isolates. */
const DISRUPTIVE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
/** Shows nothing, though some of it counts as letters: joiners, fillers, the blank of Braille. */
const INVISIBLE = /[\s\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** True for a text that stays on its line and runs its own way, in any script; `invoice<override>xcod.exe` does not. */
export function isPlain(text: string): boolean {
  return !DISRUPTIVE.test(text.trim());
}

/** True when a text shows anything at all. */
export function isVisible(text: string): boolean {
  return text.replace(INVISIBLE, '') !== '';
}
