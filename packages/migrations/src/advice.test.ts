import { expect, test } from 'vitest';
import { adviseOn } from './advice.ts';

const rows = new Map([
  ['user', 1_000_000],
  ['role', 5],
]);

test.each([
  ['ALTER TABLE "user" ADD COLUMN "age" INTEGER NOT NULL;', /add it nullable/],
  ['ALTER TABLE "user" ADD COLUMN "age" INTEGER NOT NULL DEFAULT 0;', null],
  ['ALTER TABLE "user" ADD COLUMN "age" INTEGER;', null],
  ['ALTER TABLE "user" ALTER COLUMN "age" SET DATA TYPE BIGINT;', /Another type/],
  ['ALTER TABLE "user" ALTER COLUMN "age" SET NOT NULL;', /SET NOT NULL reads all/],
  ['CREATE UNIQUE INDEX "user_age_key" ON "user"("age");', /CREATE INDEX lets nobody write/],
  ['CREATE INDEX CONCURRENTLY "user_age_key" ON "user"("age");', null],
  ['CREATE INDEX "role_name" ON "role"("name");', null],
  ['CREATE INDEX "new_name" ON "new"("name");', null],
  ['-- CREATE INDEX "user_age_key" ON "user"("age");', null],
  ['ALTER TABLE "user" ADD CONSTRAINT "f" FOREIGN KEY ("a") REFERENCES "role"("id");', /NOT VALID/],
  ['ALTER TABLE "user" ADD CONSTRAINT "f" FOREIGN KEY ("a") REFERENCES "role"("id") NOT VALID;', null],
] as const)('%s', (sql, expected) => {
  const { sentences } = adviseOn(sql, rows);
  if (expected) expect(sentences).toEqual([expect.stringMatching(expected)]);
  else expect(sentences).toEqual([]);
});

test('what reads all rows of a large table takes its time', () => {
  expect(adviseOn('CREATE INDEX "i" ON "user"("age");', rows).seconds).toBe(6);
  expect(adviseOn('CREATE TABLE "new" ("id" UUID);', rows).seconds).toBe(1);
});
