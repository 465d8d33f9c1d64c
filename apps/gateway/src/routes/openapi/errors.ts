import type { PreparedRoute } from '../prepare-route.ts';

/** The shape of every error of a route. */
export const errorSchema = {
  type: 'object',
  description: 'Why a request was not carried out.',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { type: 'string', description: 'Stable, for programs.', examples: ['NOT_FOUND'] },
        message: { type: 'string', description: 'For people.' },
        details: { type: 'object', description: 'What else is known, by code.' },
        timestamp: { type: 'string', format: 'date-time' },
        request_id: { type: 'string', description: 'By which the request is found in the logs.' },
      },
      required: ['code', 'message', 'details', 'timestamp', 'request_id'],
    },
  },
  required: ['error'],
};

const descriptions: Record<string, string> = {
  400: 'The request is not right.',
  401: 'The caller is not known: the token or the credentials are missing or not valid.',
  403: 'The caller may not do this.',
  404: 'There is nothing here, or nothing for this caller.',
  409: 'The request does not go together with what is there.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  429: 'The caller has no points left for the moment.',
  500: 'Something went wrong on our side.',
  503: 'A part of the system is not available.',
  504: 'A part of the system did not answer in time.',
};

const retryAfter = {
  'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'integer' } },
};

/** A response for each status that an error may have. */
export const errorResponses = Object.fromEntries(
  Object.entries(descriptions).map(([status, description]) => [
    `Error${status}`,
    {
      description,
      ...((status === '429' || status === '503') && { headers: retryAfter }),
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    },
  ]),
);

/** The errors that a route may answer with. */
export function responseOf({ isMutation, parameters }: PreparedRoute): Record<string, unknown> {
  const withBody = parameters.some(({ source }) => source === 'BODY');
  const statuses = [
    ...[400, 401, 403, 404],
    ...(isMutation ? [409] : []),
    ...(withBody ? [413] : []),
    ...(withBody || isMutation ? [415] : []),
    ...[429, 500, 503, 504],
  ];
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/Error${status}` }]),
  );
}
