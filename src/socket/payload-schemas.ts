/**
 * The guard of the socket path: every client payload is checked against the schema that stands in `swagger/asyncapi.yaml`
 * itself. A schema is compiled when its event first comes, so that a start does not wait for the events nobody sends.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { clientEvents } from '../docs/asyncapi-operations';
import { ASYNCAPI_PATH, asObject, loadDocument } from '../docs/documents';
import { AppError, type FieldError } from '../errors/app-error';
import { lazily } from '../helpers/lazily';
import { toFieldErrors } from './payload-errors';

export interface PayloadValidator {
  /**
   * The faults of a client event's payload, `undefined` when it has none; the payload stays as it is.
   * @throws Error for an event that is not in `events`, or whose schema is not sound.
   */
  validate(event: string, payload: unknown): FieldError[] | undefined;
  /** The names of all client events. */
  events: string[];
}

interface EventSchema {
  /** Stops at the first fault, so that a huge payload costs little. */
  quick: () => ValidateFunction;
  /** Finds every fault, for the answer. */
  thorough: () => ValidateFunction;
}

/** The payload of a client event, once it has no faults. @throws validation_failed that names them */
export function checkedPayload(
  { validate }: PayloadValidator,
  event: string,
  payload: unknown,
): Record<string, unknown> {
  const errors = validate(event, payload);
  if (!errors) return (payload ?? {}) as Record<string, unknown>;
  const [first] = errors;
  const message = `${first?.path ?? ''} ${first?.message ?? 'is not valid'}`.trim();
  throw new AppError('validation_failed', message, { errors });
}

/** Takes the payload schemas of all client events from an AsyncAPI document. @throws Error when it cannot be read. */
export function createPayloadValidator(asyncapiPath: string = ASYNCAPI_PATH): PayloadValidator {
  const schemas = schemasOf(asyncapiPath);
  return {
    events: [...schemas.keys()],
    validate(event, payload) {
      const schema = schemas.get(event);
      if (!schema) throw new Error(`${asyncapiPath} has no client event ${event}`);
      // An event that was sent without arguments has no payload at all; to the schemas that is null.
      return findFaults(schema, payload ?? null);
    },
  };
}

function findFaults(schema: EventSchema, payload: unknown): FieldError[] | undefined {
  const quick = schema.quick();
  if (quick(payload)) return undefined;
  const isHuge = quick.errors?.some((error) => error.keyword === 'maxProperties');
  if (isHuge) return toFieldErrors(quick.errors ?? []);
  const thorough = schema.thorough();
  thorough(payload);
  return toFieldErrors(thorough.errors ?? []);
}

function schemasOf(file: string): Map<string, EventSchema> {
  const document = loadDocument(file);
  const quick = lazily(() => createAjv({ allErrors: false }));
  const thorough = lazily(() => createAjv({ allErrors: true }));
  return new Map(
    clientEvents(document).map(({ name, message }) => {
      // The document's components come along, so that `#/components/...` means the same as in the document.
      const schema = { ...asObject(message.payload), components: document.components };
      return [
        name,
        {
          quick: lazily(() => quick().compile(schema)),
          thorough: lazily(() => thorough().compile(schema)),
        },
      ];
    }),
  );
}

function createAjv(options: { allErrors: boolean }): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, ...options });
  addFormats(ajv, ['date-time']);
  return ajv;
}
