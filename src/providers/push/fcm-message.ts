import type { TokenMessage } from 'firebase-admin/messaging';
import type { PushNote } from '../../types/push-note';

/** Words a push for FCM: for Android, iOS (through APNs) and browsers at once, since a token does not say which it is. */
export function toFcmMessage(note: PushNote): TokenMessage {
  const { token, data, alert, isShownByApp = false } = note;
  const isShownBySystem = alert !== undefined && !isShownByApp;
  return {
    token,
    data,
    ...(isShownBySystem && { notification: alert }),
    android: androidPart(note, isShownBySystem),
    apns: apnsPart(note),
    webpush: {
      headers: { TTL: String(note.ttlSeconds), Urgency: note.urgency },
      ...(isShownBySystem && { notification: { tag: note.collapseId } }),
    },
  };
}

function androidPart({ collapseId, urgency, ttlSeconds, badge }: PushNote, isShownBySystem: boolean) {
  return {
    collapseKey: collapseId,
    priority: urgency,
    ttl: ttlSeconds * 1000,
    ...(isShownBySystem && {
      notification: { tag: collapseId, ...(badge !== undefined && { notificationCount: badge }) },
    }),
  };
}

/** A push that shows nothing may hold nothing but `content-available`, and has no more than priority 5: Apple's rule. */
function apnsPart({ alert, badge, collapseId, threadId, ttlSeconds, urgency }: PushNote) {
  const headers = {
    'apns-collapse-id': collapseId,
    'apns-push-type': alert ? 'alert' : 'background',
    'apns-priority': alert && urgency === 'high' ? '10' : '5',
    'apns-expiration': String(Math.floor(Date.now() / 1000) + ttlSeconds),
  };
  if (!alert) return { headers, payload: { aps: { contentAvailable: true } } };
  return {
    headers,
    payload: {
      aps: {
        alert,
        sound: 'default',
        mutableContent: true,
        ...(badge !== undefined && { badge }),
        ...(threadId !== undefined && { threadId }),
      },
    },
  };
}
