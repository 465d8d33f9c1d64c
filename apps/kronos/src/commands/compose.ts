import { assertSupergraphIsFresh, writeSupergraph } from '../compose/compose.ts';

/** `kronos compose`: writes supergraph.graphql, or with `isCheck` throws when it is stale. */
export async function compose(options: { isCheck: boolean }): Promise<void> {
  if (options.isCheck) {
    await assertSupergraphIsFresh();
    console.log('supergraph.graphql is fresh.');
    return;
  }
  console.log(
    (await writeSupergraph()) ? 'supergraph.graphql is written.' : 'supergraph.graphql is up to date.',
  );
}
