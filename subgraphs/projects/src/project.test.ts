import { createTestDomain } from '@kronos/subgraph/testing';
import { afterAll, expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';

const projects = await createTestDomain('projects', createSubgraph);
afterAll(() => projects[Symbol.asyncDispose]());

const create = async (name: string) => {
  const { data } = await projects.execute(
    `mutation ($input: ProjectCreateInput!) {
      projectCreate(input: $input) { project { id name } userErrors { code field } } }`,
    { input: { name } },
    {},
  );
  return data?.projectCreate;
};

test('what was made is found by its id and in the list, and announced', async () => {
  await using stream = await projects.subscribe(
    'subscription { projectCreated { cursor project { id name } } }',
    {},
    {},
  );
  const { project, userErrors } = await create('First');
  expect(userErrors).toEqual([]);
  expect(project.id).toMatch(/^project_/);

  const { data } = await projects.execute(
    `query ($id: ID!) {
      project(id: $id) { id name }
      projects(filter: { name: { startsWith: "fir" } }, orderBy: { field: NAME }) { nodes { id name } totalCount } }`,
    { id: project.id },
    {},
  );
  expect(data).toEqual({ project, projects: { nodes: [project], totalCount: 1 } });
  expect((await stream.message()).data).toEqual({
    projectCreated: { cursor: expect.any(String), project },
  });
});

test('a missing name is a user error', async () => {
  expect(await create(' ')).toEqual({
    project: null,
    userErrors: [{ code: 'REQUIRED', field: ['input', 'name'] }],
  });
});

test('a caller without an account is refused', async () => {
  const { errors } = await projects.execute('{ projects { totalCount } }');
  expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
});
