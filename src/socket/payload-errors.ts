import type { ErrorObject } from 'ajv/dist/2020';
import type { FieldError } from '../errors/app-error';

/** More faults than these help nobody; a hostile payload could have thousands. */
const MAX_FIELD_ERRORS = 20;
/** What the path of a fault of the whole payload is. */
const ROOT_PATH = 'payload';

/** Says Ajv's findings in plain words: one fault per path, at most 20, with paths such as `content.text`. */
export function toFieldErrors(errors: readonly ErrorObject[]): FieldError[] {
  const alternatives = new Set(errors.filter((error) => error.keyword === 'anyOf').map((e) => e.schemaPath));
  const faults = new Map<string, string>();
  for (const error of errors) {
    if (isToldElsewhere(error) || isBranchOf(alternatives, error)) continue;
    const path = pathOf(error);
    if (!faults.has(path)) faults.set(path, describe(error, errors));
    if (faults.size >= MAX_FIELD_ERRORS) break;
  }
  return [...faults].map(([path, message]) => ({ path, message }));
}

/** An `if` only says that its `then` failed; what is wrong with a property's name is told by `propertyNames`. */
function isToldElsewhere(error: ErrorObject): boolean {
  return error.keyword === 'if' || error.propertyName !== undefined;
}

/** The single findings inside an `anyOf` are told by the finding of the `anyOf` itself. */
function isBranchOf(alternatives: ReadonlySet<string>, error: ErrorObject): boolean {
  const owner = /^(.*\/anyOf)\/\d+\//.exec(error.schemaPath)?.[1];
  return owner !== undefined && alternatives.has(owner);
}

function pathOf(error: ErrorObject): string {
  const segments = error.instancePath.split('/').slice(1).map(unescapePointer);
  if (error.keyword === 'required') segments.push(String(error.params.missingProperty));
  if (error.keyword === 'propertyNames') segments.push(String(error.params.propertyName).slice(0, 40));
  return segments.join('.') || ROOT_PATH;
}

function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

function describe(error: ErrorObject, all: readonly ErrorObject[]): string {
  switch (error.keyword) {
    case 'required':
      return 'is required';
    case 'type':
      return `must be ${[error.params.type].flat().map(withArticle).join(' or ')}`;
    case 'enum':
      return `must be one of ${[error.params.allowedValues].flat().join(', ')}`;
    case 'anyOf':
      return `needs ${missingIn(error, all).join(' or ')}`;
    case 'propertyNames':
      return 'is not a valid id';
    case 'minLength':
      return 'must not be empty';
    case 'maxLength':
      return `must have at most ${error.params.limit} characters`;
    case 'minimum':
      return `must be at least ${error.params.limit}`;
    case 'maximum':
      return `must be at most ${error.params.limit}`;
    case 'maxProperties':
      return `must have at most ${error.params.limit} entries`;
    case 'format':
      return 'must be an ISO 8601 time';
    case 'pattern':
      return describePattern(String(error.params.pattern));
    default:
      return 'is not valid';
  }
}

function missingIn(anyOf: ErrorObject, all: readonly ErrorObject[]): string[] {
  return all
    .filter((error) => error.keyword === 'required' && error.schemaPath.startsWith(`${anyOf.schemaPath}/`))
    .map((error) => String(error.params.missingProperty));
}

function describePattern(pattern: string): string {
  if (pattern.includes('0-9a-fA-F')) return 'must be an id of 24 hexadecimal digits';
  if (pattern === '\\S') return 'must not be only white space';
  if (pattern.includes('://')) return 'must be an http or https address';
  return 'has the wrong form';
}

function withArticle(type: unknown): string {
  if (type === 'null') return 'null';
  return `${/^[aeiou]/.test(String(type)) ? 'an' : 'a'} ${type}`;
}
