import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function written(error: Error): string {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  createLogger({ name: 'test', level: 'info', destination }).error({ err: error }, 'failed');
  return lines.join('');
}

test('an error is written with its message and where it comes from', () => {
  expect(written(new Error('no such table'))).toMatch(/no such table.*logger\.test\.ts/);
});

test('values that Prisma shows in its complaint are not written', () => {
  const complaint = `\nInvalid \`db.user.create()\` invocation:\n\n{ displayName: "Ada" }\n\nArgument \`id\` is missing.`;
  const error = Object.assign(new Error(complaint), { name: 'PrismaClientValidationError' });

  expect(written(error)).toContain('Argument `id` is missing.');
  expect(written(error)).not.toContain('Ada');
});
