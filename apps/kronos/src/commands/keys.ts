import { masterKeysEnvironment, masterKeysFile, tryParseMasterKeys } from '@kronos/sealing/master-keys';
import { commonEnvironment, parseEnvironment } from '@kronos/service/environment';
import { StartError } from '@kronos/service/run-service';
import { readIfThere, writeWhole } from '../files.ts';
import { newMasterKey } from '../up/master-keys.ts';

/**
 * `kronos keys rotate-master`: puts a new master key before the others in their file. Processes on this file seal with it
 * from their next secret on, and what is there already within seconds.
 *
 * @throws StartError when the keys are not in a file, or the file is not right
 */
export async function rotateMasterKey(environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  const settings = parseEnvironment({ ...commonEnvironment, ...masterKeysEnvironment }, environment);
  if (settings.KRONOS_MASTER_KEYS)
    throw new StartError(
      'The master keys are in the variable KRONOS_MASTER_KEYS: add a new one behind the others in every process, then put it first.',
    );
  const file = masterKeysFile(settings);
  const text = await readIfThere(file);
  if (text === null || !tryParseMasterKeys(text))
    throw new StartError(
      `${file} holds no master keys: \`kronos up\` and \`kronos setup\` make the first one.`,
    );
  const added = newMasterKey(new Date());
  await writeWhole(file, `${added}\n${text}`, 0o600);
  console.log(`The master key ${added.slice(0, added.indexOf(':'))} is the first in ${file}.`);
}
