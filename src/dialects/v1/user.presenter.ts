import type { SelfView, UserView } from '../../presenters/user.presenter';

/** A person in the words of seed 000 (contract section 6). */
export interface V1User {
  id: string;
  name: string;
  /** One's own, and that of who has one as a contact. */
  phoneNumber?: string;
  about: string;
  avatarUrl: string | null;
  online: boolean;
  lastSeenAt: string | null;
}

/** Words a person, or oneself. */
export function presentV1User(user: UserView | SelfView): V1User {
  return {
    id: user.id,
    name: user.name,
    ...(user.phoneNumber != null && { phoneNumber: user.phoneNumber }),
    about: user.bio,
    avatarUrl: user.avatarUrl,
    online: user.online,
    lastSeenAt: user.lastSeenAt,
  };
}
