/** Sends a code that we made and check ourselves. */
export interface CodeSmsProvider {
  readonly kind: 'code';
  /** @throws validation_failed on `phoneNumber` when it cannot receive messages; unavailable for every other failure. */
  sendCode(phoneNumber: string, code: string): Promise<void>;
}

/** Makes, sends and checks the code itself. */
export interface VerificationSmsProvider {
  readonly kind: 'verification';
  /** @throws as `sendCode`; also rate_limited when the provider's own limit is reached. */
  startVerification(phoneNumber: string): Promise<void>;
  /** True for the right code, false for a wrong one or none pending. @throws otp_locked, unavailable. */
  checkVerification(phoneNumber: string, code: string): Promise<boolean>;
}

/** How codes reach a phone. Numbers are E.164. */
export type SmsProvider = CodeSmsProvider | VerificationSmsProvider;
