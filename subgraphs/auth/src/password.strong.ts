import { UserFault, userFaults } from '@kronos/subgraph';
import { passwordWeakness } from './password.rules.ts';

/**
 * Refuses a new password that is too easily guessed.
 *
 * @param personal what others know of the owner
 * @throws UserFaults with WEAK_PASSWORD at `input.newPassword`
 */
export async function requireStrongPassword(password: string, personal: readonly string[]): Promise<void> {
  const weakness = await passwordWeakness(password, personal);
  if (!weakness) return;
  userFaults(new UserFault({ code: 'WEAK_PASSWORD', message: weakness, field: ['input', 'newPassword'] }));
}
