import { randomUUID } from 'node:crypto';
import type { EventBus } from '../events/event-bus';
import { normalisePhone, type PhoneInput } from '../helpers/phone';
import type { UserRecord } from '../models/user.model';
import type { Actor } from '../types/actor';
import type { DeviceService } from './device.service';
import type { OtpSent, OtpService } from './otp.service';
import { claimPhone } from './phone-owner.service';
import type { SessionService, SessionWithToken } from './session.service';
import type { TokenService } from './token.service';
import type { UserService } from './user.service';

/** What a device says of itself when it signs in. */
export interface LoginDevice {
  /** Without one the login makes a new device. */
  deviceId?: string;
  platform?: string;
}

/** What signing in and refreshing give (contract section 3). */
export interface Login {
  accessToken: string;
  refreshToken: string;
  /** Seconds. */
  expiresIn: number;
  user: UserRecord;
  isNewUser: boolean;
  deviceId: string;
}

export interface AuthService {
  /** Sends a code. @throws as `OtpService.send`, and validation_failed for what is no number. */
  sendOtp(input: PhoneInput & { ip: string }): Promise<OtpSent>;
  /** Signs in with a code. @throws as `OtpService.verify`, and validation_failed for what is no number. */
  verifyOtp(input: PhoneInput & LoginDevice & { otp: string; dialect: string }): Promise<Login>;
  /** Starts a session for a user who has proved who they are; every way to sign in ends here. */
  startSession(
    proved: { userId: string; isNewUser: boolean },
    login: LoginDevice & { dialect: string },
  ): Promise<Login>;
  /** @throws as `SessionService.rotate`. */
  refresh(input: { refreshToken: string; deviceId?: string }): Promise<Login>;
  /** Ends the session one acts in, or all of one's own. */
  logout(actor: Actor, options: { allDevices?: boolean }): Promise<void>;
  /** Ends the session of a refresh token, for who has no access token any more. */
  logoutByToken(refreshToken: string): Promise<void>;
}

export interface AuthDependencies {
  otpService: OtpService;
  sessionService: SessionService;
  tokenService: TokenService;
  deviceService: Pick<DeviceService, 'registerDevice'>;
  userService: Pick<UserService, 'getSelf'>;
  bus: EventBus;
  /** Refuse numbers that no numbering plan knows: in production. */
  isStrict: boolean;
}

/** Signing in and out; the rules of codes, sessions and tokens are in their own services. */
export function createAuthService(deps: AuthDependencies): AuthService {
  const { otpService, sessionService, tokenService, deviceService, userService, bus } = deps;
  const toE164 = (input: PhoneInput): string => normalisePhone(input, { isStrict: deps.isStrict });

  async function toLogin({ session, refreshToken }: SessionWithToken, isNewUser: boolean): Promise<Login> {
    const { deviceId, dialect } = session;
    const userId = String(session.userId);
    return {
      accessToken: tokenService.signAccess({ userId, sessionId: String(session._id), deviceId, dialect }),
      refreshToken,
      expiresIn: tokenService.accessTtlSeconds,
      user: await userService.getSelf(userId),
      isNewUser,
      deviceId,
    };
  }

  const startSession: AuthService['startSession'] = async ({ userId, isNewUser }, login) => {
    const deviceId = login.deviceId ?? randomUUID();
    await deviceService.registerDevice(userId, { deviceId, platform: login.platform });
    const session = await sessionService.create({ userId, deviceId, dialect: login.dialect });
    return toLogin(session, isNewUser);
  };

  return {
    async sendOtp(input) {
      return otpService.send({ phoneNumber: toE164(input), ip: input.ip });
    },

    async verifyOtp(input) {
      const phoneNumber = toE164(input);
      await otpService.verify({ phoneNumber, code: input.otp });
      return startSession(await claimPhone(phoneNumber, bus), input);
    },

    startSession,

    async refresh({ refreshToken, deviceId }) {
      return toLogin(await sessionService.rotate(refreshToken, deviceId), false);
    },

    async logout({ userId, sessionId }, { allDevices = false }) {
      if (allDevices) await sessionService.revokeAll(userId);
      else await sessionService.revoke(userId, sessionId);
    },

    logoutByToken: sessionService.revokeByToken,
  };
}
