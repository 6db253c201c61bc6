/**
 * The load, a process of its own: holds the connections to all servers under test and drives one of them at a time.
 * Any lost connection, refused send or lost message fails the run, so a fast figure is never a wrong one.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from './figures';
import type {
  FanoutInput,
  LoadClient,
  OpenInput,
  PairsInput,
  ReturnInput,
  ReturnOutput,
  RunOutput,
  RunTimes,
} from './load.types';
import { createLane, type Lane } from './load-lane';
import { type LoadSocket, type LoadSocketHandlers, openLoadSocket } from './load-socket';
import { answer } from './rpc';

const CONNECT_AT_ONCE = 25;
const DRAIN_MS = 15_000;
const QUIET_MS = 500;
const QUIET_AT_MOST_MS = 30_000;

/** One open connection, and the lane whose messages it sends or receives in the current run. */
interface Client {
  socket: LoadSocket;
  sends?: Lane;
  receives?: (message: string) => void;
}

const targets = new Map<string, Client[]>();
let failure: Error | undefined;
let lastEventAt = 0;
let runs = 0;

async function open({ target, port, clients }: OpenInput): Promise<void> {
  const opened: Client[] = [];
  targets.set(target, opened);
  for (let start = 0; start < clients.length; start += CONNECT_AT_ONCE) {
    const slice = clients.slice(start, start + CONNECT_AT_ONCE);
    opened.push(...(await Promise.all(slice.map((client) => openClient(port, client)))));
  }
  await untilQuiet();
}

/** As after a cut of the network, or the start of a server: nobody waits for the others. */
async function comeBack({ target, port, clients }: ReturnInput): Promise<ReturnOutput> {
  const startedAt = performance.now();
  const tookMs: number[] = [];
  const opened = await Promise.all(
    clients.map(async (client) => {
      const back = await openClient(port, client);
      tookMs.push(performance.now() - startedAt);
      return back;
    }),
  );
  targets.set(target, opened);
  if (failure) throw failure;
  return { allMs: Math.max(...tookMs), halfMs: percentile(tookMs, 0.5) };
}

async function openClient(commonPort: number, client: LoadClient): Promise<Client> {
  const { token, joins, syncs, port = commonPort } = client;
  const greetings = joins.map((chatId) => ['join_chat', `{"chatId":"${chatId}"}`] as const);
  let missing = greetings.length + (syncs ? 1 : 0);
  let greeted = (): void => undefined;
  const opened = {} as Client;
  const handlers: LoadSocketHandlers = {
    onEvent(name, text) {
      lastEventAt = performance.now();
      if (name === 'new_message') guarded(() => opened.receives?.(text));
    },
    onAck(_id, text) {
      if (missing === 0) return guarded(() => opened.sends?.acknowledge(text));
      if (!text.startsWith('{"ok":true')) failure ??= new Error(`refused: ${text.slice(0, 300)}`);
      missing -= 1;
      if (missing === 0) greeted();
    },
    onClose(reason) {
      failure ??= new Error(`connection lost: ${reason}`);
    },
  };
  opened.socket = await openLoadSocket(port, token, handlers);
  if (missing === 0) return opened;
  const answered = new Promise<void>((resolve) => {
    greeted = resolve;
  });
  for (const [event, payload] of greetings) opened.socket.emit(event, payload, 0);
  if (syncs) opened.socket.emit('sync:request', '{"cursors":{}}', 0);
  await answered;
  return opened;
}

function guarded(task: () => void): void {
  try {
    task();
  } catch (error) {
    failure ??= error as Error;
  }
}

/** Events that follow connecting (presence and the like) must not run into the figures. */
async function untilQuiet(): Promise<void> {
  const deadline = performance.now() + QUIET_AT_MOST_MS;
  lastEventAt = performance.now();
  while (performance.now() - lastEventAt < QUIET_MS && performance.now() < deadline) await delay(50);
}

function close({ target }: { target: string }): void {
  for (const client of targets.get(target) ?? []) client.socket.close();
  targets.delete(target);
}

function runPairs({ target, chatIds, inFlight, ...times }: PairsInput): Promise<RunOutput> {
  const clients = clientsOf(target);
  const latencies: number[] = [];
  const lanes = chatIds.map((chatId, index) => {
    const [sender, receiver] = [clients[2 * index], clients[2 * index + 1]];
    if (!sender || !receiver) throw new Error('more pairs than clients');
    const lane = createLane({
      socket: sender.socket,
      chatId,
      inFlight,
      receivers: 1,
      runId: `${runs}-${index}`,
    });
    sender.sends = lane;
    receiver.receives = (message) => latencies.push(lane.deliver(message));
    return lane;
  });
  return run(clients, lanes, latencies, times);
}

function runFanout({ target, chatId, inFlight, ...times }: FanoutInput): Promise<RunOutput> {
  const clients = clientsOf(target);
  const [sender, ...others] = clients;
  if (!sender) throw new Error('no clients');
  const latencies: number[] = [];
  const receivers = others.length;
  const lane = createLane({ socket: sender.socket, chatId, inFlight, receivers, runId: `${runs}-f` });
  sender.sends = lane;
  for (const client of others) client.receives = (message) => latencies.push(lane.deliver(message));
  return run(clients, [lane], latencies, times);
}

function clientsOf(target: string): Client[] {
  const clients = targets.get(target);
  if (!clients) throw new Error(`${target} is not open`);
  runs += 1;
  return clients;
}

async function run(
  clients: Client[],
  lanes: Lane[],
  latencies: number[],
  { warmMs, measureMs }: RunTimes,
): Promise<RunOutput> {
  for (const lane of lanes) lane.fill();
  await delay(warmMs);
  const first = latencies.length;
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  await delay(measureMs);
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const measured = latencies.slice(first);
  await drain(lanes);
  for (const client of clients) client.receives = client.sends = undefined;
  return {
    rate: measured.length / seconds,
    p50: percentile(measured, 0.5),
    p99: percentile(measured, 0.99),
    delivered: latencies.length,
    loadShare: (user + system) / 1e6 / seconds,
  };
}

async function drain(lanes: Lane[]): Promise<void> {
  const deadline = performance.now() + DRAIN_MS;
  for (const lane of lanes) lane.stop();
  while (!failure && lanes.some((lane) => !lane.isIdle())) {
    if (performance.now() > deadline) {
      failure = new Error(`messages lost: ${lanes.find((lane) => !lane.isIdle())?.describe()}`);
    }
    await delay(5);
  }
  if (failure) throw failure;
}

answer({ open, close, comeBack, pairs: runPairs, fanout: runFanout });
