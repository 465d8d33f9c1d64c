const minimumLength = 12;
const maximumLength = 128;
/** So much must be left once everything that is guessed first is taken away. */
const minimumRemainder = 6;

// What lists of leaked passwords are made of, with a number or a sign behind it.
const commonParts =
  /password|passwort|motdepasse|administrator|admin|qwertyuiop|qwerty|azertyuiop|azerty|asdfghjkl|zxcvbnm|letmein|welcome|iloveyou|changeme|trustno1|superman|football|baseball|princess|sunshine|dragon|monkey|master|shadow|secret|login|hello/g;

const lookalikes: Record<string, string> = { '@': 'a', '0': 'o', '3': 'e', $: 's', '5': 's' };

/**
 * Why a password is too easily guessed, as a sentence for its owner; null when it is not.
 *
 * Length counts characters. Nothing else is asked for (NIST SP 800-63B, 3.1.1.2): no digit, no sign, no capital.
 *
 * @param personal what others know of the owner: the e-mail address, the name
 */
export function passwordWeakness(password: string, personal: readonly string[]): string | null {
  const length = [...password].length;
  if (length < minimumLength) return `The password needs at least ${minimumLength} characters.`;
  if (length > maximumLength) return `The password may have at most ${maximumLength} characters.`;

  const lower = password.toLowerCase();
  if (/^(.+?)\1+$/su.test(lower)) return 'The password repeats itself: choose something less regular.';
  if (unforeseenSteps(lower) < minimumRemainder) {
    return 'The password is a simple sequence: choose something less regular.';
  }
  if (isMostly(lower, personalParts(personal))) {
    return 'The password is made of your e-mail address or name: choose something others do not know.';
  }
  if (isMostly(lower, [commonParts]) || isMostly(withoutLookalikes(lower), [commonParts])) {
    return 'The password is among the first that are tried: choose something less common.';
  }
  return null;
}

/** How many characters neither repeat nor neighbour the one before them, as in `aaa`, `123` and `cba`. */
function unforeseenSteps(text: string): number {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  return codes.filter((code, index) => index === 0 || Math.abs(code - (codes[index - 1] ?? 0)) > 1).length;
}

function personalParts(personal: readonly string[]): string[] {
  return personal
    .flatMap((text) => [text, ...text.split(/[@.\s+_-]+/)])
    .map((part) => part.trim().toLowerCase())
    .filter((part) => [...part].length >= 3)
    .sort((one, other) => other.length - one.length);
}

function isMostly(text: string, parts: readonly (string | RegExp)[]): boolean {
  const rest = parts.reduce<string>((remaining, part) => remaining.replaceAll(part, ''), text);
  return rest !== text && [...rest].length < minimumRemainder;
}

function withoutLookalikes(text: string): string {
  return text.replaceAll(/[@03$5]/g, (character) => lookalikes[character] ?? character);
}
