/** Who has sent a request, as far as the access token says. */
export interface Caller {
  /** What is the same for the same token, and safe to keep: its hash, or `anonymous`. */
  key: string;
  viewer: Viewer | null;
}

/** The person behind a verified access token. */
export interface Viewer {
  /** TypeID, e.g. `user_…`. */
  userId: string;
  /** TypeID, e.g. `session_…`; null when the token belongs to no session. */
  sessionId: string | null;
  scopes: ReadonlySet<string>;
  roles: readonly string[];
  /** When the token expires, in seconds since the epoch. */
  tokenExp: number;
  /** When the person last proved who they are (`auth_time`), in seconds since the epoch; null when nobody has. */
  authTime: number | null;
  /** By what they proved it (`amr`), in the names of RFC 8176. */
  amr: readonly string[];
  /** Whether they have a second factor, which dangerous changes then want. */
  hasSecondFactor: boolean;
}

/** A caller without a token, and every caller of a gateway that verifies none. */
export const anonymous: Caller = { key: 'anonymous', viewer: null };
