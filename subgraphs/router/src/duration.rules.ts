import { badUserInput } from '@kronos/subgraph';

const shape = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const unitMs = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000];

/**
 * A length of time in milliseconds. Years and months are not always of the same length and so are none, nor are fractions.
 *
 * @param duration as the scalar Duration has it, such as `P1DT12H`
 * @param maxDays the longest that is accepted
 * @throws BAD_USER_INPUT for what is no such length, or longer
 */
export function milliseconds(duration: string, maxDays: number): number {
  const amounts = shape.exec(duration)?.slice(1);
  if (!amounts)
    throw badUserInput(
      `“${duration}” is no length of time here: give weeks, days, hours, such as “P1DT12H”.`,
    );
  const sum = amounts.reduce((total, amount, index) => total + Number(amount ?? 0) * unitMs[index]!, 0);
  if (sum <= maxDays * unitMs[1]!) return sum;
  throw badUserInput(`“${duration}” is too long: at most ${maxDays} days are allowed.`);
}
