import { createTestDomain } from '@kronos/subgraph/testing';
import { afterAll, expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';

const projects = await createTestDomain('projects', createSubgraph);
afterAll(() => projects[Symbol.asyncDispose]());

const create = async (title: string) => {
  const { data } = await projects.execute(
    `mutation ($input: ProjectCreateInput!) {
      projectCreate(input: $input) { project { id title } userErrors { code field } } }`,
    { input: { title } },
    {},
  );
  return data?.projectCreate;
};

test('what was made is found by its id and in the list, and announced', async () => {
  await using stream = await projects.subscribe(
    'subscription { projectCreated { cursor project { id title } } }',
    {},
    {},
  );
  const { project, userErrors } = await create('First');
  expect(userErrors).toEqual([]);
  expect(project.id).toMatch(/^project_/);

  const { data } = await projects.execute(
    `query ($id: ID!) {
      project(id: $id) { id title }
      projects(filter: { title: { startsWith: "fir" } }, orderBy: { field: TITLE }) { nodes { id title } totalCount } }`,
    { id: project.id },
    {},
  );
  expect(data).toEqual({ project, projects: { nodes: [project], totalCount: 1 } });
  expect((await stream.message()).data).toEqual({
    projectCreated: { cursor: expect.any(String), project },
  });
});

test('a missing title is a user error', async () => {
  expect(await create(' ')).toEqual({
    project: null,
    userErrors: [{ code: 'REQUIRED', field: ['input', 'title'] }],
  });
});

test('a caller without an account is refused', async () => {
  const { errors } = await projects.execute('{ projects { totalCount } }');
  expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
});
