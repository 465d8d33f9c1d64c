const statusOfErrorCode: Record<string, number> = {
  BAD_REQUEST: 400,
  BAD_USER_INPUT: 400,
  OPERATION_LIMIT_EXCEEDED: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  SERVICE_UNAVAILABLE: 503,
  GATEWAY_TIMEOUT: 504,
};

/** The HTTP status of an error of the graph; 500 for what is no fault of the one who asked. */
export function statusOfError(code: string): number {
  return statusOfErrorCode[code] ?? 500;
}

/** Codes of user errors by what they mean; domains make new ones, whose names follow these. */
const statusOfUserErrorCode: [RegExp, number][] = [
  // RFC 9470 for the last of them.
  [/^(INVALID_CREDENTIALS|TOKEN_EXPIRED|UNAUTHENTICATED|STEP_UP_REQUIRED)$/, 401],
  [/^FORBIDDEN$/, 403],
  [/(^|_)NOT_FOUND$/, 404],
  [/^RATE_LIMITED$/, 429],
  [
    /^(CONFLICT|ALREADY_\w+|LAST_\w+|\w+_(TAKEN|EXISTS|IN_USE|CLOSED|FULL|BUSY|LOCKED|REFUSED|ROLLED_BACK))$/,
    409,
  ],
  [/^(\w+_)?(CONNECTION_FAILED|UNAVAILABLE)$/, 503],
  [/^(\w+_)?TIMEOUT$/, 504],
];

/** The HTTP status of a payload's user error; 400 for what is wrong with the request itself. */
export function statusOfUserError(code: string): number {
  return statusOfUserErrorCode.find(([codes]) => codes.test(code))?.[1] ?? 400;
}
