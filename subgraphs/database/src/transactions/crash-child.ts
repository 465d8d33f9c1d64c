/** A process that executes one transaction, and is killed at a step of it: of `crash.test.ts`. */
import { openProcess } from './crash-kit.ts';

const { operations, userId, killAt } = JSON.parse(process.argv[2]!);
const child = openProcess(process.env, (step) => {
  if (step === killAt) process.kill(process.pid, 'SIGKILL');
});
await child.execute(operations, userId);
await child.close();
