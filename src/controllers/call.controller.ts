import type { RequestHandler } from 'express';
import { validated } from '../helpers/validation';
import { actorOf } from '../middlewares/authenticate';
import type { CallStats } from '../models/call-feedback.model';
import { presentCall } from '../presenters/call.presenter';
import {
  presentCallAnalytics,
  presentCallQuality,
  presentIceServers,
} from '../presenters/call-quality.presenter';
import type { CallService } from '../services/call.service';
import type { CallAnalytics } from '../services/call-analytics.service';
import type { CallFeedbackService } from '../services/call-feedback.service';
import type { listCalls } from '../services/call-history.service';
import type { IceServer } from '../services/ice-server.service';

export type CallController = ReturnType<typeof createCallController>;

/** The handlers of calls, all but their signals, which travel by socket. */
export function createCallController(deps: {
  calls: CallService;
  callFeedback: CallFeedbackService;
  listCalls: typeof listCalls;
  analyse: (userId: string, days: number) => Promise<CallAnalytics>;
  iceServers: (userId: string) => { iceServers: IceServer[]; expiresAt: Date };
}) {
  const { calls, callFeedback, listCalls, analyse, iceServers } = deps;
  return {
    async initiate(req, res) {
      const input = validated<{ calleeId?: string; chatId?: string; type: 'audio' | 'video' }>(req);
      const { calleeId, chatId = '', type } = input;
      const target = calleeId === undefined ? { chatId } : { calleeId };
      const { call, isNew } = await calls.startCall(actorOf(req), { target, type });
      res.status(isNew ? 201 : 200).json({ call: presentCall(call) });
    },

    async end(req, res) {
      const { callId, status } = validated<{ callId: string; status?: 'ended' | 'declined' | 'cancelled' }>(
        req,
      );
      res.json({ call: presentCall(await calls.endCall(actorOf(req), callId, status)) });
    },

    async get(req, res) {
      const { callId } = validated<{ callId: string }>(req);
      res.json({ call: presentCall(await calls.getCall(actorOf(req).userId, callId)) });
    },

    async history(req, res) {
      const page = validated<Parameters<typeof listCalls>[1]>(req);
      const found = await listCalls(actorOf(req).userId, page);
      res.json({ calls: found.calls.map(presentCall), nextCursor: found.nextCursor });
    },

    async feedback(req, res) {
      const input = validated<{ callId: string; rating: number; issues?: string[]; stats?: CallStats }>(req);
      const { callId, rating, issues, stats } = input;
      const told = { rating, issues: issues ?? [], stats: stats ?? {} };
      await callFeedback.giveFeedback(actorOf(req).userId, callId, told);
      res.json({ ok: true });
    },

    async quality(req, res) {
      const { callId } = validated<{ callId: string }>(req);
      const found = await callFeedback.getQuality(actorOf(req).userId, callId);
      res.json({ quality: presentCallQuality(found) });
    },

    async analytics(req, res) {
      const { days } = validated<{ days: number }>(req);
      res.json({ analytics: presentCallAnalytics(await analyse(actorOf(req).userId, days)) });
    },

    async listIceServers(req, res) {
      res.json(presentIceServers(iceServers(actorOf(req).userId)));
    },
  } satisfies Record<string, RequestHandler>;
}
