import { hash as digest } from 'node:crypto';
import { codedError } from '@kronos/engine';
import type { GraphQLError } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { HeldRules } from '../rules/hold-rules.ts';
import type { Client } from '../rules/identify-client.ts';

/** The one who asks, as far as it matters for what may be asked. */
export interface Asker extends Pick<GatewayContext, 'route'> {
  caller: Pick<GatewayContext['caller'], 'viewer'>;
  client: Pick<Client, 'id' | 'allowedOperations'> | null;
}

/** Holds callers to what is stored, and API tokens to what they were given for. */
export interface Safelist {
  /** Whether this caller may send certain operations only. */
  holds(asker: Asker): boolean;
  /**
   * The error for an operation that a caller may not send; undefined when they may.
   *
   * @param hash of the document's text
   */
  refusal(asker: Asker, hash: string): GraphQLError | undefined;
}

/** @param isForAll whether all callers are held to what is stored, not only the clients that say so */
export function createSafelist(rules: Pick<HeldRules, 'current'>, isForAll: boolean): Safelist {
  const isHeldToStored = ({ client, route }: Asker) =>
    !route && (isForAll || client?.allowedOperations === 'SAFELIST_ONLY');
  const operationsOf = ({ caller }: Asker) => caller.viewer?.apiToken?.operations;

  return {
    holds: (asker) => isHeldToStored(asker) || operationsOf(asker) !== undefined,
    refusal(asker, hash) {
      // A route is an operation, too: the token was given for it or not.
      if (operationsOf(asker)?.has(hash) === false)
        return notAllowed('This API token is for certain operations, of which this is none.', hash);
      if (!isHeldToStored(asker) || rules.current.isStoredFor(asker.client?.id ?? null, hash))
        return undefined;
      return notAllowed(
        'Only stored operations may be sent here: publish this one first, for example by “kronos operations publish”.',
        hash,
      );
    },
  };
}

function notAllowed(message: string, hash: string): GraphQLError {
  const error = codedError(message, { code: 'OPERATION_NOT_ALLOWED', details: { hash } });
  error.extensions.http = { status: 403 };
  return error;
}

/**
 * The hash of the document that a request names, in text or by its hash; undefined when there is none.
 *
 * @param query the text, as the request has it
 * @param extensions the request's, parsed
 */
export function hashOfDocument(query: unknown, extensions: unknown): string | undefined {
  if (typeof query === 'string') return digest('sha256', query);
  const persisted = fieldsOf(fieldsOf(extensions).persistedQuery);
  return typeof persisted.sha256Hash === 'string' ? persisted.sha256Hash : undefined;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
