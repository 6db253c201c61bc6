import { MAX_EMOJI_LENGTH } from '../config/limits';
import { invalidField } from '../errors/app-error';
import { isPlain } from './plain-name';

/** An emoji is short, visible and no word: at least one pictograph, flag or keycap. Null stands for none. @throws validation_failed */
export function assertEmoji(emoji: string | null): void {
  if (emoji === null) return;
  const isEmoji =
    /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(emoji) && !/[\p{L}\s<>]/u.test(emoji);
  if (!isEmoji || !isPlain(emoji) || emoji.length > MAX_EMOJI_LENGTH)
    throw invalidField('emoji', 'must be an emoji, or null');
}
