import { join } from 'node:path';
import { personalDataDomains } from '@kronos/events';
import { repositoryRoot } from '@kronos/service/environment';
import { createTestDatabase, personalDataFaults } from '@kronos/subgraph/testing';
import { expect, test } from 'vitest';
import { readSubgraphs } from '../domains.ts';

const domains = (await readSubgraphs(repositoryRoot)).map(({ name }) => name);

test('every domain is asked when somebody is exported or erased', () => {
  expect(personalDataDomains()).toEqual([...domains].sort());
});

test.each(domains)(
  'every table of %s, and every column that names a person, is registered',
  async (domain) => {
    const { personalData } = await import(join(repositoryRoot, 'subgraphs', domain, 'src/personal-data.ts'));
    await using database = await createTestDatabase(domain);

    expect(await personalDataFaults(database.url, personalData)).toEqual([]);
  },
);
