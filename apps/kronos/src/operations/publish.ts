import { StartError } from '@kronos/service/run-service';
import type { AskGraph } from './ask-graph.ts';
import type { ManifestOperation } from './read-manifest.ts';

/** What became of the operations of a manifest. */
export interface Published {
  /** How many were not stored before. */
  fresh: number;
  /** How many were stored already. */
  known: number;
  refused: { operation: ManifestOperation; reason: string }[];
}

const document = `mutation PublishOperations($input: PersistedOperationsPublishInput!) {
  persistedOperationsPublish(input: $input) {
    storedCount
    userErrors { code message field }
  }
}`;

interface Outcome {
  persistedOperationsPublish: {
    storedCount: number | null;
    userErrors: { code: string; message: string; field: string[] | null }[];
  };
}

/** What one request takes: well below the sizes that gateways accept. */
const batchOperations = 200;
const batchCharacters = 400_000;

/**
 * Stores operations in batches. A batch is stored whole or not at all: what is refused is left out, and the rest is sent
 * again.
 *
 * @param clientId the one client that they are for; everybody when undefined
 * @throws StartError when the graph refuses for another reason than one operation
 */
export async function publish(
  ask: AskGraph,
  operations: readonly ManifestOperation[],
  clientId: string | undefined,
): Promise<Published> {
  const published: Published = { fresh: 0, known: 0, refused: [] };
  for (const batch of inBatches(operations)) {
    let left = batch;
    while (left.length > 0) {
      const input = { clientId, operations: left.map(({ document, hash }) => ({ document, hash })) };
      const { storedCount, userErrors } = (await ask<Outcome>(document, { input }))
        .persistedOperationsPublish;
      if (userErrors.length === 0) {
        published.fresh += storedCount ?? 0;
        published.known += left.length - (storedCount ?? 0);
        break;
      }
      const reasons = new Map<number, string>();
      for (const { message, field, code } of userErrors) {
        const index = indexIn(field);
        if (index === undefined || !left[index]) throw new StartError(`${message} (${code})`);
        reasons.set(index, message);
      }
      for (const [index, reason] of reasons) published.refused.push({ operation: left[index]!, reason });
      left = left.filter((_, index) => !reasons.has(index));
    }
  }
  return published;
}

/** Which operation a user error is about: the number in `['input', 'operations', '3', 'document']`. */
function indexIn(field: readonly string[] | null): number | undefined {
  const place = field?.find((part) => /^\d+$/.test(part));
  return place === undefined ? undefined : Number(place);
}

function inBatches(operations: readonly ManifestOperation[]): ManifestOperation[][] {
  const batches: ManifestOperation[][] = [];
  let characters = 0;
  for (const operation of operations) {
    const batch = batches.at(-1);
    const { length } = operation.document;
    if (!batch || batch.length === batchOperations || characters + length > batchCharacters) {
      batches.push([operation]);
      characters = length;
    } else {
      batch.push(operation);
      characters += length;
    }
  }
  return batches;
}
