import { MessageModel, type MessageRecord } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import type { PushMarkRecord } from '../models/push-mark.model';
import { trusted } from '../models/trusted';
import { chatCollapseId, presentMessagePush, subjectOf } from '../presenters/push.presenter';
import type { PushDevice } from '../services/push-token.service';
import type { RosterService } from '../services/roster.service';
import type { Roster } from '../services/roster.types';
import type { PushNote } from '../types/push-note';
import type { PushAcks } from './push-acks';
import type { Requeue } from './push-owed';
import { currentTokens, type PushParts } from './push-parts';
import type { PushComposer, PushJob } from './push-queue';
import type { PushedMessage, PushTold } from './push-told';

/** A message that nobody has heard of for so long is no news any more. */
const STALE_AFTER_MS = 24 * 3_600_000;
/** Of one chat that waited for long the newest are enough: each takes the place of the one before. */
const OWED_OF_ONE_CHAT = 20;

export interface MessagePushes {
  /**
   * Decides for each member's devices: those with a connection hear it there, the others get a push. `isOwed` tells, where part of
   * this was decided before, whether a device may still be owed one.
   */
  decide(
    messages: readonly MessageRecord[],
    isOwed?: (device: PushDevice, message: PushedMessage) => boolean,
  ): Promise<void>;
  /** Notes what devices with a connection here are told of what another node wrote, which decides who is pushed. */
  hear(messages: readonly MessageRecord[]): Promise<void>;
  /** Queues one push, also again; false when there is no room, and it stays owed. */
  push(device: PushDevice, message: PushedMessage & { at: Date }, waitMs?: number): boolean;
  /** Queues anew what a device is owed of a chat. */
  requeue: Requeue;
  /** From now on connections end because the server does; their devices come back. */
  stop(): void;
}

/** Owns who is pushed a message: each device by itself, whatever the user's others do (contract section 7). */
export function createMessagePushes(
  deps: PushParts & {
    rosters: RosterService;
    acks: PushAcks;
    told: PushTold;
    /** The wait of what is owed from before the last start, in which devices may connect again. */
    overdueWaitMs: number;
  },
): MessagePushes {
  const { bus, clock, rosters, tokens, isConnected, whoIsElsewhere, facts, marks, queue, acks, told } = deps;
  const messageOf = new WeakMap<PushJob, PushedMessage>();
  let isStopped = false;

  /** Leaves out who confirmed, or reconnected, in the meantime, and what the facts say nobody needs to hear. */
  const compose: PushComposer = async (jobs) => {
    const waiting = jobs.flatMap((job) => {
      const message = messageOf.get(job);
      return message && !isHeld(job.device, message, job.decidedAt) ? [{ job, message }] : [];
    });
    const wanted = waiting.map(({ job, message }) => ({ userId: job.device.userId, ...message }));
    const [found, tokenOf] = await Promise.all([
      facts.messages(wanted),
      currentTokens(
        tokens,
        waiting.map(({ job }) => job),
      ),
    ]);
    const now = clock.now();
    const notes = new Map<PushJob, PushNote>();
    waiting.forEach(({ job, message }, i) => {
      const [fact, token] = [found[i], tokenOf(job.device)];
      if (!fact || token === undefined || isHeld(job.device, message, job.decidedAt)) return;
      notes.set(job, { token, ...presentMessagePush(fact, now) });
    });
    return notes;
  };

  function isHeld(device: PushDevice, message: PushedMessage, since: Date): boolean {
    if (acks.has(device, message.chatId, message.seq, since)) return true;
    if (!isConnected(device)) return false;
    told.add({ device, message, at: clock.now() });
    return true;
  }

  function push(device: PushDevice, message: PushedMessage & { at: Date }, waitMs = 0): boolean {
    const { chatId, messageId, seq, at } = message;
    const about = chatCollapseId(chatId);
    const key = { userId: device.userId, deviceId: device.deviceId, about };
    marks.due(key, seq);
    const job: PushJob = {
      device,
      about,
      isUrgent: false,
      isAlert: true,
      isReplacing: false,
      decidedAt: clock.now(),
      staleAt: new Date(at.getTime() + STALE_AFTER_MS),
      compose,
      onSettled: (wasSent) => marks.done(key, seq, wasSent),
    };
    messageOf.set(job, { chatId, messageId, seq });
    return queue.add(job, waitMs);
  }

  /** Each message with each device that can be pushed and whose user is to hear of it, in their order. */
  async function hearersWithDevices(messages: readonly MessageRecord[]) {
    const audience = await audiencesOf(messages, rosters);
    const devices = await tokens.devicesOf([...new Set([...audience.values()].flat())]);
    const byUser = new Map<string, PushDevice[]>();
    for (const device of devices) byUser.set(device.userId, [...(byUser.get(device.userId) ?? []), device]);
    return [...audience].flatMap(([message, userIds]) =>
      userIds.flatMap((userId) => (byUser.get(userId) ?? []).map((device) => ({ device, message }))),
    );
  }

  bus.on('connection.closed', ({ userId, deviceId, heardAt }) => {
    if (isStopped || isConnected({ userId, deviceId, token: '', sessionId: undefined })) return;
    for (const { device, message, at } of told.takeSince({ userId, deviceId }, heardAt)) {
      if (!acks.has(device, message.chatId, message.seq, at)) push(device, { ...message, at });
    }
  });

  return {
    push,
    async requeue(row, device, waitMs) {
      const messages = await owedMessages(row);
      for (const message of messages) push(device, message, waitMs);
      return messages.length > 0;
    },
    stop() {
      isStopped = true;
    },

    async decide(messages, isOwed) {
      const heard = await hearersWithDevices(messages);
      const away = heard.map(({ device }) => device).filter((device) => !isConnected(device));
      const isElsewhere = isOwed ? () => false : await whoIsElsewhere(away);
      for (const { device, message } of heard) {
        const pushed = toPushed(message);
        if (isOwed && !isOwed(device, pushed)) continue;
        if (!isOwed && isConnected(device)) told.add({ device, message: pushed, at: clock.now() });
        else if (!isElsewhere(device))
          push(device, { ...pushed, at: message.createdAt }, isOwed ? deps.overdueWaitMs : 0);
      }
    },

    async hear(messages) {
      for (const { device, message } of await hearersWithDevices(messages))
        if (isConnected(device)) told.add({ device, message: toPushed(message), at: clock.now() });
    },
  };
}

/** Who is to hear of each message: the members who were there, but its sender; nobody of what the server itself wrote. */
async function audiencesOf(
  messages: readonly MessageRecord[],
  rosters: RosterService,
): Promise<Map<MessageRecord, string[]>> {
  const audiences = new Map<MessageRecord, string[]>();
  for (const message of messages) {
    if (message.content === null || message.content.type === 'system') continue;
    const chatId = String(message.chatId);
    const roster = rosters.peek(chatId) ?? (await rosters.get(chatId));
    if (roster && !roster.isBlocked) audiences.set(message, hearersOf(roster, message));
  }
  return audiences;
}

function hearersOf({ members }: Roster, { senderId, seq }: MessageRecord): string[] {
  const sender = String(senderId);
  return [...members].flatMap(([userId, { joinedSeq }]) =>
    userId !== sender && seq > joinedSeq ? [userId] : [],
  );
}

function toPushed({ chatId, _id, seq }: Pick<MessageRecord, 'chatId' | '_id' | 'seq'>): PushedMessage {
  return { chatId: String(chatId), messageId: String(_id), seq };
}

/** The messages of a chat that a device is owed, the oldest first. */
async function owedMessages({ about, doneSeq, dueSeq }: PushMarkRecord) {
  const rows = await MessageModel.find(
    { chatId: toObjectId(subjectOf(about).id), seq: trusted({ $gt: doneSeq, $lte: dueSeq }) },
    { chatId: 1, seq: 1, createdAt: 1 },
  )
    .sort({ seq: -1 })
    .limit(OWED_OF_ONE_CHAT)
    .lean();
  return rows.reverse().map((row) => ({ ...toPushed(row), at: row.createdAt }));
}
