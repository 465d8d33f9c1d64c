import type { ApolloServerPlugin } from '@apollo/server';
import { type Span, tracing } from '@kronos/telemetry';
import type { GatewayContext } from '../context.ts';
import { describeOperation, noteOutcome } from './operation-span.ts';

/** Tells the span of a request what Apollo Server finds out, and gives parsing and validating, where they happen, their own. */
export function traceOperations(): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart({ contextValue: { trace } }) {
      const { span } = trace;
      if (!span?.isRecording) return;
      return {
        parsingDidStart: async () => child(span, 'graphql.parse', 'GRAPHQL_PARSE_FAILED'),
        validationDidStart: async () => child(span, 'graphql.validate', 'GRAPHQL_VALIDATION_FAILED'),
        async didResolveOperation({ operation, queryHash }) {
          if (operation) describeOperation(span, operation, queryHash);
        },
        async willSendResponse({ response: { body } }) {
          noteOutcome(span, body.kind === 'single' ? body.singleResult.errors : undefined);
        },
      };
    },
  };
}

/** Begins a span, and gives what ends it. */
function child(parent: Span, name: string, code: string) {
  const span = tracing?.start(name, { parent });
  return async (fault?: Error | readonly Error[]) => {
    if (fault) span?.fail(code);
    span?.end();
  };
}
