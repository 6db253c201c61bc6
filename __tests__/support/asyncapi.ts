/** Holds what the server sends over sockets against the AsyncAPI document of the connection's dialect. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { clientEvents, type EventDocument, serverEvents } from '../../src/docs/asyncapi-operations';
import { ASYNCAPI_PATH, asObject, dialectDocuments, loadDocument } from '../../src/docs/documents';

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv, ['date-time']);
const validators = new Map<string, ValidateFunction>();
const dialects = new Map<string, ReturnType<typeof readDialect>>();

/** The parsed document of a dialect. */
export function asyncapiOf(dialect: string) {
  return dialectOf(dialect).document;
}

function readDialect(name: string) {
  const file = name === 'native' ? ASYNCAPI_PATH : dialectDocuments(name).asyncapi;
  if (file === undefined) throw new Error(`${name} has no AsyncAPI document`);
  const document = loadDocument(file);
  return {
    name,
    document,
    events: new Map(serverEvents(document).map((event) => [event.name, event])),
    commands: new Map(clientEvents(document).map((event) => [event.name, event])),
  };
}

function dialectOf(name: string) {
  const known = dialects.get(name) ?? readDialect(name);
  dialects.set(name, known);
  return known;
}

/** Throws when the server must not send this event to a client of the dialect, or not with this payload. */
export function assertMatchesAsyncapi(event: string, payload: unknown, dialect = 'native'): void {
  assertOneOf(dialect, event, [payloadOf(known(dialectOf(dialect).events, event))], payload);
}

/** Throws when a client event of the dialect may not be acknowledged like this. */
export function assertAckMatchesAsyncapi(event: string, ack: unknown, dialect = 'native'): void {
  const { acks } = known(dialectOf(dialect).commands, event);
  assertOneOf(
    dialect,
    `${event} (ack)`,
    acks.map((message) => asObject(message.payload)),
    ack,
  );
}

function known(map: Map<string, EventDocument>, event: string): EventDocument {
  const found = map.get(event);
  if (!found) throw new Error(`the AsyncAPI document has no event ${event}`);
  return found;
}

function payloadOf({ message }: EventDocument): object {
  return asObject(message.payload);
}

function assertOneOf(dialect: string, label: string, schemas: object[], value: unknown): void {
  const tried = schemas.map((schema, index) => validatorOf(dialect, `${label}#${index}`, schema));
  if (tried.some((validate) => validate(value))) return;
  const faults = tried.map((validate) => ajv.errorsText(validate.errors)).join('\n  or ');
  throw new Error(
    `${label} does not match the AsyncAPI document of ${dialect}:\n  ${faults}\n${JSON.stringify(value)?.slice(0, 2000)}`,
  );
}

function validatorOf(dialect: string, label: string, schema: object): ValidateFunction {
  const key = `${dialect}:${label}`;
  const { document } = dialectOf(dialect);
  const validate = validators.get(key) ?? ajv.compile({ ...schema, components: document.components });
  validators.set(key, validate);
  return validate;
}
