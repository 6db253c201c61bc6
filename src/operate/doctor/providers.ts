import http from 'node:http';
import type { Config } from '../../config/env';
import { findFfmpeg } from '../../media/ffmpeg';
import { openTransport } from '../../providers/mail/smtp.mail';
import { tryAccount } from '../../providers/push/fcm';
import { createRedis } from '../../providers/redis';
import { lazyTwilio } from '../../providers/sms/twilio-client';
import { type Finding, fail, ok, reason, warn } from './finding';

/** Do the credentials of the SMS provider open its account. */
export async function checkSms({ sms, isProduction }: Config): Promise<Finding[]> {
  if (sms.provider === 'console') {
    const what = 'sign-in codes go to the log';
    return [
      isProduction
        ? warn(
            what,
            'Set SMS_PROVIDER to twilio or twilio-verify: whoever reads the log can sign in as anybody.',
          )
        : ok(what),
    ];
  }
  try {
    const client = await lazyTwilio(sms)();
    const account = await client.api.v2010.accounts(sms.accountSid).fetch();
    if (account.status !== 'active')
      return [fail(`the Twilio account is ${account.status}`, 'Look into the console of Twilio.')];
    if (sms.provider === 'twilio-verify') await client.verify.v2.services(sms.serviceSid).fetch();
    return [ok(`Twilio takes the credentials (${sms.provider})`)];
  } catch (error) {
    const mend =
      'Compare TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_VERIFY_SERVICE_SID with the console of Twilio.';
    return [fail(`Twilio refuses: ${reason(error)}`, mend)];
  }
}

/** Does the mail server take a connection and the password. */
export async function checkMail({ mail, isProduction }: Config): Promise<Finding[]> {
  if (mail.provider === 'none') return [ok('mail is off: nobody can prove an email')];
  if (mail.provider === 'console') {
    const what = 'codes by mail go to the log';
    const mend = 'Set SMTP_URL: whoever reads the log can prove any email.';
    return [isProduction ? warn(what, mend) : ok(what)];
  }
  const server = `${mail.host}:${mail.port}`;
  try {
    await (await openTransport(mail)).verify();
    return [ok(`the mail server ${server} takes mail`)];
  } catch (error) {
    const mend =
      'Compare SMTP_URL, or SMTP_HOST, _PORT, _SECURE, _USER and _PASSWORD, with what the mail server wants.';
    return [fail(`the mail server ${server}: ${reason(error)}`, mend)];
  }
}

/** Where the bytes of files go, and what looks into them. */
export async function checkMedia({ media }: Config): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (media.store.provider === 'cloudinary') findings.push(await checkCloudinary(media.store));
  if (await findFfmpeg(media.ffmpeg)) findings.push(ok('ffmpeg is there'));
  else
    findings.push(
      warn(
        `${media.ffmpeg} does not run`,
        'Install ffmpeg or set FFMPEG_PATH: sound and films have no durations, waveforms and posters.',
      ),
    );
  return findings;
}

type Cloudinary = Extract<Config['media']['store'], { provider: 'cloudinary' }>;

async function checkCloudinary({ cloudName, apiKey, apiSecret, apiUrl }: Cloudinary): Promise<Finding> {
  const { v2 } = await import('cloudinary');
  const account = { cloud_name: cloudName, api_key: apiKey, api_secret: apiSecret, upload_prefix: apiUrl };
  try {
    await v2.api.ping({ ...account, ...(apiUrl.startsWith('http:') && { agent: new http.Agent() }) });
    return ok('Cloudinary takes the credentials');
  } catch (error) {
    // It throws `{ error: { message } }`.
    const why = reason((error as { error?: unknown }).error ?? error);
    return fail(
      `Cloudinary refuses: ${why}`,
      'Compare CLOUDINARY_CLOUD_NAME, _API_KEY and _API_SECRET with its console.',
    );
  }
}

/** Does Google take the account that pushes are sent with, if there is one. */
export async function checkPush({ push }: Config): Promise<Finding[]> {
  if (push.provider === 'none') return [ok('no Firebase credentials: nothing is pushed')];
  try {
    await tryAccount(push.account);
    return [ok(`Google takes the service account of ${push.account.projectId}`)];
  } catch (error) {
    const mend =
      'Is the key still listed at the service account in the Google Cloud console, and HTTPS to googleapis.com open?';
    return [fail(`Google refuses the service account: ${reason(error)}`, mend)];
  }
}

/** Does Redis answer, if there is to be one. */
export async function checkRedis({ redis }: Config): Promise<Finding[]> {
  if (!redis) return [];
  const client = createRedis(redis, { lazyConnect: true, retryStrategy: () => null });
  // The rejection below says only that the connection was closed.
  let why: unknown;
  client.on('error', (error) => {
    why = error;
  });
  try {
    await client.connect();
    await client.ping();
    return [ok(`Redis answers at ${redis.host}:${redis.port}`)];
  } catch (error) {
    const mend =
      'Start it; compare REDIS_HOST, REDIS_PORT and REDIS_PASSWORD. Without it each node counts limits by itself.';
    return [fail(`Redis at ${redis.host}:${redis.port}: ${reason(why ?? error)}`, mend)];
  } finally {
    client.disconnect();
  }
}
