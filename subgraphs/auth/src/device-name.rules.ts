// What calls itself by several names is what stands first here: Edge says Chrome and Safari, too.
const programs: readonly [RegExp, string][] = [
  [/\bEdgA?\/|\bEdgiOS\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrome\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/^curl\//, 'curl'],
];
const systems: readonly [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];
const longestProduct = 40;

/**
 * What a person may recognise a device by, such as `Firefox on Windows`.
 *
 * @param userAgent as the software names itself: a claim, good enough to be shown to the owner and for nothing else
 * @returns the first word of what is unknown; null when nothing was said
 */
export function deviceName(userAgent: string | null): string | null {
  if (!userAgent?.trim()) return null;
  const find = (names: readonly [RegExp, string][]) =>
    names.find(([pattern]) => pattern.test(userAgent))?.[1];
  const [program, system] = [find(programs), find(systems)];
  if (program && system) return `${program} on ${system}`;
  return program ?? system ?? (userAgent.trim().split(/[\s/]/)[0] as string).slice(0, longestProduct);
}
