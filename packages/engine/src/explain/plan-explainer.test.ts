import { afterAll, expect, test } from 'vitest';
import { compose, peopleSdl, postsSdl } from '../testing/index.ts';
import { createPlanExplainer } from './plan-explainer.ts';

const supergraphSdl = compose({
  people: { sdl: peopleSdl, url: 'http://127.0.0.1:1/people' },
  posts: { sdl: postsSdl, url: 'http://127.0.0.1:1/posts' },
});
const explainer = createPlanExplainer({ supergraphSdl, timeoutMs: 10_000 });
afterAll(() => explainer.close());

test('a plan says in words who is asked for what', async () => {
  const { text, subgraphs } = await explainer.explain('{ people { name } }');
  expect(subgraphs).toEqual(['people']);
  expect(text).toMatch(/^QueryPlan \{\n {2}Fetch\(service: "people"\)/);
});

test('an operation of several subgraphs, one of several in a document, and one in parts', async () => {
  const document = 'query A { count } query B { posts { title ... @defer { author { name } } } }';
  expect((await explainer.explain(document, 'A')).subgraphs).toEqual(['posts']);
  expect((await explainer.explain(document, 'B')).subgraphs).toEqual(['people', 'posts']);
});

test('a subscription, and what needs no subgraph', async () => {
  const live = await explainer.explain('subscription { postAdded { title } }');
  expect(live.subgraphs).toEqual(['posts']);
  expect(live.text).toContain('Fetch(service: "posts")');
  expect((await explainer.explain('{ __typename }')).subgraphs).toEqual([]);
});

test('what has no plan is a coded error', async () => {
  await expect(explainer.explain('{ nothing }')).rejects.toMatchObject({
    extensions: { code: 'OPERATION_NOT_PLANNABLE' },
  });
  expect((await explainer.explain('{ count }')).subgraphs).toEqual(['posts']);
});
