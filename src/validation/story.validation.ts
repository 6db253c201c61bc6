import { body, type ValidationChain } from 'express-validator';
import {
  MAX_EMOJI_LENGTH,
  MAX_HIGHLIGHT_TITLE_LENGTH,
  MAX_STORY_BACKGROUND_LENGTH,
  MAX_STORY_NAMED,
  MAX_TEMP_ID_LENGTH,
  MAX_TEXT_LENGTH,
} from '../config/limits';
import { isPlain } from '../helpers/plain-name';
import { STORY_AUDIENCES, STORY_TYPES } from '../types/story';
import { cursorQuery, idParam, isId, limitQuery } from './common.validation';

const oneOf = (chain: ValidationChain, words: readonly string[]) =>
  chain
    .custom((value) => typeof value === 'string' && words.includes(value))
    .withMessage(`must be one of ${words.join(', ')}`);

const optionalText = (name: string, max: number) =>
  body(name)
    .optional({ values: 'null' })
    .custom((value) => typeof value === 'string' && value.length <= max)
    .withMessage(`must be a text of at most ${max} characters`);

/** On one line and running its own way, for what stands beside other things. */
const optionalLine = (name: string, max: number) =>
  optionalText(name, max).bail().custom(isPlain).withMessage('must be one line');

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.length <= MAX_STORY_NAMED && value.every(isId);
}

/** `POST /api/stories`; what the fields have to do with each other is decided in `services/story-draft.ts`. */
export const postStoryRules: ValidationChain[] = [
  oneOf(body('type'), STORY_TYPES),
  optionalText('text', MAX_TEXT_LENGTH),
  body('mediaId').optional({ values: 'null' }).custom(isId).withMessage('must be the id of a file'),
  optionalText('caption', MAX_TEXT_LENGTH),
  optionalLine('background', MAX_STORY_BACKGROUND_LENGTH),
  body('privacy')
    .optional({ values: 'null' })
    .custom((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
    .withMessage('must be an object with an audience'),
  oneOf(body('privacy.audience').optional(), STORY_AUDIENCES),
  body('privacy.userIds')
    .optional({ values: 'null' })
    .custom(isNames)
    .withMessage(`must be a list of at most ${MAX_STORY_NAMED} ids`)
    .bail()
    .customSanitizer((value: string[]) => [...new Set(value.map((id) => id.toLowerCase()))]),
  body('tempId')
    .optional({ values: 'null' })
    .custom((value) => typeof value === 'string' && value.length >= 1 && value.length <= MAX_TEMP_ID_LENGTH)
    .withMessage(`must be a text of 1 to ${MAX_TEMP_ID_LENGTH} characters`),
];

export const listStoriesRules: ValidationChain[] = [limitQuery, cursorQuery];
export const storyIdRules: ValidationChain[] = [idParam('storyId')];
export const listViewsRules: ValidationChain[] = [...storyIdRules, limitQuery, cursorQuery];
export const highlightsRules: ValidationChain[] = [idParam('userId')];

export const reactToStoryRules: ValidationChain[] = [
  ...storyIdRules,
  body('emoji')
    .custom((value) => value === null || (typeof value === 'string' && value.length <= MAX_EMOJI_LENGTH))
    .withMessage('must be an emoji, or null'),
];

export const highlightRules: ValidationChain[] = [
  ...storyIdRules,
  optionalLine('title', MAX_HIGHLIGHT_TITLE_LENGTH),
];
