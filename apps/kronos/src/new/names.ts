import { StartError } from '@kronos/service/run-service';
import { gatewayName } from '../domains.ts';

/** The forms in which a new domain and its aggregate are written, by the placeholders of the templates. */
export type Names = Record<Placeholder, string>;

type Placeholder =
  | 'domain'
  | 'DOMAIN'
  | 'Aggregate'
  | 'aggregate'
  | 'aggregates'
  | 'Aggregates words'
  | 'words'
  | 'words plural'
  | 'a words'
  | 'A words'
  | 'file'
  | 'table'
  | 'prefix';

/**
 * Every form of the two names.
 *
 * @param domain e.g. `inventory`
 * @param aggregate e.g. `StockItem`
 * @throws StartError when one of them cannot be a name
 */
export function namesOf(domain: string, aggregate: string): Names {
  if (!/^[a-z][a-z0-9]{1,30}$/.test(domain))
    throw new StartError(
      `${JSON.stringify(domain)} cannot be a domain: expected 2 to 31 lower-case letters and digits.`,
    );
  if (domain === gatewayName)
    throw new StartError(`${JSON.stringify(domain)} is what the gateway is called.`);
  if (!/^([A-Z][a-z0-9]+){1,4}$/.test(aggregate))
    throw new StartError(
      `${JSON.stringify(aggregate)} cannot be an aggregate: expected a noun in the singular such as StockItem.`,
    );
  const parts = aggregate.split(/(?=[A-Z])/).map((part) => part.toLowerCase());
  const words = parts.join(' ');
  const plural = pluralOf(words);
  const article = /^[aeio]/.test(words) ? 'an' : 'a';
  return {
    domain,
    DOMAIN: domain.toUpperCase(),
    Aggregate: aggregate,
    aggregate: lowerFirst(aggregate),
    aggregates: lowerFirst(pluralOf(aggregate)),
    'Aggregates words': upperFirst(plural),
    words,
    'words plural': plural,
    'a words': `${article} ${words}`,
    'A words': upperFirst(`${article} ${words}`),
    file: parts.join('-'),
    table: parts.join('_'),
    // A prefix of TypeIDs has letters and underscores only.
    prefix: parts.join('_').replace(/\d/g, ''),
  };
}

function pluralOf(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
