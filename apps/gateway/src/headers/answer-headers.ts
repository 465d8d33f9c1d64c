import type { ApolloServerPlugin } from '@apollo/server';
import type { OnSubgraphAnswer } from '@kronos/engine';
import type { GatewayContext } from '../context.ts';
import type { CachedNote } from './answer-notes.ts';

/** Collects what subgraphs answer for the operation that asked them; undefined when nothing is to be passed on. */
export function collectAnswerHeaders(names: readonly string[]): OnSubgraphAnswer | undefined {
  if (names.length === 0) return undefined;
  return (context, _subgraph, headers) => (context as unknown as GatewayContext).notes?.add(names, headers);
}

/** What decides which headers an answer has. */
export interface AnsweredOperation {
  /** Query or mutation; undefined when it did not get so far. */
  kind: string | undefined;
  context: GatewayContext;
}

/** Where headers are put. */
type HeaderSink = Pick<Map<string, string>, 'set' | 'has'>;

/**
 * Passes headers of subgraphs on. `cache-control` only with the whole answer to a query: what is partly an error may be
 * right in a second. An answer to somebody who is known is nobody else's, whatever subgraphs say.
 */
export interface AnswerHeaders {
  /** Sets the headers of an answer for which subgraphs' answers were noted. */
  pass(answered: AnsweredOperation, headers: HeaderSink): void;
  /** Sets those of what Apollo Server answers. */
  usePlugin(): ApolloServerPlugin<GatewayContext>;
}

/**
 * @param forwarded the headers of which subgraphs are told, on which an answer may therefore depend
 * @param isKeptDownstream whether what the gateway caches may be kept by clients and what is before them, too
 */
export function createAnswerHeaders(forwarded: readonly string[], isKeptDownstream = false): AnswerHeaders {
  const vary = ['authorization', 'accept', ...forwarded].join(', ');

  const pass: AnswerHeaders['pass'] = ({ kind, context: { notes, authorization, client } }, headers) => {
    if (!notes) return;
    for (const [name, value] of notes.others()) headers.set(name, value);
    if (kind !== 'query' || !notes.isClean || headers.has('cache-control')) return;
    const cacheControl = notes.cached ? ofCached(notes.cached, isKeptDownstream) : notes.cacheControl();
    if (!cacheControl) return;
    const isPersonal = authorization !== undefined || client !== null || notes.cookies.length > 0;
    headers.set('cache-control', isPersonal ? personal(cacheControl) : cacheControl);
    headers.set('vary', vary);
    if (!notes.cached) return;
    headers.set('cache-status', statusOf(notes.cached));
    if (notes.cached.isHit) headers.set('age', String(notes.cached.ageSeconds));
  };

  return {
    pass,
    usePlugin: () => ({
      async requestDidStart() {
        return {
          async willSendResponse({ operation, response: { body, http }, contextValue }) {
            if (contextValue.notes) {
              contextValue.notes.isClean = body.kind === 'single' && !body.singleResult.errors;
            }
            pass({ kind: operation?.operation, context: contextValue }, http.headers);
          },
        };
      },
    }),
  };
}

/** What the gateway's cache knows to be worth nothing, others would go on to give out: they have to ask each time. */
function ofCached({ isPublic, maxAge }: CachedNote, isKeptDownstream: boolean): string {
  return `${isPublic ? 'public' : 'private'}, ${isKeptDownstream ? `max-age=${maxAge}` : 'no-cache'}`;
}

/** @see https://www.rfc-editor.org/rfc/rfc9211 */
function statusOf({ isHit, freshMs }: CachedNote): string {
  return isHit ? `kronos; hit; ttl=${Math.floor(freshMs / 1_000)}` : 'kronos; fwd=miss; stored';
}

function personal(cacheControl: string): string {
  if (cacheControl === 'no-store' || /\bprivate\b/.test(cacheControl)) return cacheControl;
  const kept = cacheControl.split(', ').filter((part) => part !== 'public' && !part.startsWith('s-maxage'));
  return ['private', ...kept].join(', ');
}
