import { model, Schema } from 'mongoose';

/** A password that somebody gave for an address, before the address was proved. */
interface SignUpOffer {
  /** Tells the visitor who gave it from others; only that visitor knows it. */
  visitor: string;
  passwordHash: string;
}

/** Who wants to sign up with one address; `_id` is that address. */
export interface SignUpRecord {
  _id: string;
  /** The newest last. */
  offers: SignUpOffer[];
  /** More than one password was given, so that they may be of different people. */
  isContested: boolean;
  purgeAt: Date;
}

const signUpSchema = new Schema<SignUpRecord>(
  {
    _id: { type: String, required: true },
    offers: {
      type: [new Schema<SignUpOffer>({ visitor: String, passwordHash: String }, { _id: false })],
      default: [],
    },
    isContested: { type: Boolean, default: false },
    purgeAt: { type: Date, required: true },
  },
  { versionKey: false },
);

signUpSchema.index({ purgeAt: 1 }, { expireAfterSeconds: 0 });

export const SignUpModel = model<SignUpRecord>('SignUp', signUpSchema);
