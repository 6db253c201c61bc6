/** Holds what the server sends over sockets against `swagger/asyncapi.yaml`. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { clientEvents, type EventDocument, serverEvents } from '../../src/docs/asyncapi-operations';
import { ASYNCAPI_PATH, asObject, loadDocument } from '../../src/docs/documents';

const document = loadDocument(ASYNCAPI_PATH);
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv, ['date-time']);
const events = new Map(serverEvents(document).map((event) => [event.name, event]));
const commands = new Map(clientEvents(document).map((event) => [event.name, event]));
const validators = new Map<string, ValidateFunction>();

/** Throws when the server must not send this event to a native client, or not with this payload. */
export function assertMatchesAsyncapi(event: string, payload: unknown): void {
  assertOneOf(event, [payloadOf(known(events, event))], payload);
}

/** Throws when a client event may not be acknowledged like this. */
export function assertAckMatchesAsyncapi(event: string, ack: unknown): void {
  assertOneOf(
    `${event} (ack)`,
    known(commands, event).acks.map((message) => asObject(message.payload)),
    ack,
  );
}

function known(map: Map<string, EventDocument>, event: string): EventDocument {
  const found = map.get(event);
  if (!found) throw new Error(`asyncapi.yaml has no event ${event}`);
  return found;
}

function payloadOf({ message }: EventDocument): object {
  return asObject(message.payload);
}

function assertOneOf(label: string, schemas: object[], value: unknown): void {
  const tried = schemas.map((schema, index) => validatorOf(`${label}#${index}`, schema));
  if (tried.some((validate) => validate(value))) return;
  const faults = tried.map((validate) => ajv.errorsText(validate.errors)).join('\n  or ');
  throw new Error(
    `${label} does not match asyncapi.yaml:\n  ${faults}\n${JSON.stringify(value)?.slice(0, 2000)}`,
  );
}

function validatorOf(key: string, schema: object): ValidateFunction {
  const validate = validators.get(key) ?? ajv.compile({ ...schema, components: document.components });
  validators.set(key, validate);
  return validate;
}
