import type { ZxcvbnFactory, ZxcvbnResult } from '@zxcvbn-ts/core';

const minimumLength = 12;
const maximumLength = 128;
/**
 * So many characters are estimated. Whoever guesses a password guesses its beginning, so what is estimated of that holds for
 * all of it; the estimator's work grows with the length far more than in proportion. By 24 characters and 8 substitutions it
 * has at most some 15 ms of work for the worst text that we could find; by 128 and 100, as it comes, a second.
 */
const estimatedLength = 24;
const substitutions = 8;
/** 10^10 guesses (https://dropbox.tech/security/zxcvbn-realistic-password-strength-estimation). */
const leastScore = 4;

/**
 * Why a password is too easily guessed, as a sentence for its owner; null when it is not.
 *
 * Length counts characters. Nothing else is asked for (NIST SP 800-63B, 3.1.1.2): no digit, no sign, no capital. What lists of
 * leaked passwords, dictionaries, names, dates and keyboards lead to in fewer than 10^10 guesses is refused; that is found out
 * here, and nobody else is asked.
 *
 * @param personal what others know of the owner: the e-mail address, the name
 */
export async function passwordWeakness(
  password: string,
  personal: readonly string[],
): Promise<string | null> {
  const characters = [...password];
  if (characters.length < minimumLength) return `The password needs at least ${minimumLength} characters.`;
  if (characters.length > maximumLength) {
    return `The password may have at most ${maximumLength} characters.`;
  }
  estimator ??= loadEstimator();
  const beginning = characters.slice(0, estimatedLength).join('');
  const result = (await estimator).check(beginning, personalParts(personal));
  return result.score >= leastScore ? null : explain(result);
}

/** Reads the lists, which takes a moment, before the first password comes. */
export function preparePasswordRules(): void {
  estimator ??= loadEstimator();
}

let estimator: Promise<ZxcvbnFactory> | undefined;

async function loadEstimator(): Promise<ZxcvbnFactory> {
  const [core, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  return new core.ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    translations: english.translations,
    l33tMaxSubstitutions: substitutions,
  });
}

function explain({ sequence, feedback }: ZxcvbnResult): string {
  const isPersonal = sequence.some(({ dictionaryName }) => dictionaryName === 'userInputs');
  if (isPersonal) {
    return 'The password is made of your e-mail address or name: choose something others do not know.';
  }
  return `${feedback.warning ?? 'The password is too easily guessed.'} Choose something less common, or add another word or two.`;
}

/** Whole, and in parts of at least three characters; no more than a person has. */
function personalParts(personal: readonly string[]): string[] {
  const texts = personal.map((text) => text.slice(0, 254).trim().toLowerCase());
  const parts = texts.flatMap((text) => [text, ...text.split(/[@.\s+_-]+/)]);
  return [...new Set(parts)].filter((part) => [...part].length >= 3).slice(0, 40);
}
