/** Variables of an operation, with defaults or as the client gave them. */
export type Variables = Readonly<Record<string, unknown>>;

/** A number that is known ahead, or follows from the variables. */
export type Term = number | ((variables: Variables) => number);

/** The value of a term for certain variables. */
export function evaluate(term: Term, variables: Variables): number {
  return typeof term === 'number' ? term : term(variables);
}

/** The sum of terms; what is known is added ahead. */
export function sum(terms: readonly Term[]): Term {
  let known = 0;
  const open: Exclude<Term, number>[] = [];
  for (const term of terms) {
    if (typeof term === 'number') known += term;
    else open.push(term);
  }
  if (open.length === 0) return known;
  return (variables) => {
    let total = known;
    for (const term of open) total += term(variables);
    return total;
  };
}

export function product(one: Term, other: Term): Term {
  if (typeof one === 'number' && typeof other === 'number') return one * other;
  if (one === 0 || other === 0) return 0;
  return (variables) => evaluate(one, variables) * evaluate(other, variables);
}

/** The greatest of terms; 0 when there are none. */
export function greatest(terms: readonly Term[]): Term {
  const known = terms.filter((term) => typeof term === 'number');
  const open = terms.filter((term) => typeof term !== 'number');
  const most = known.length > 0 ? Math.max(...known) : open.length > 0 ? Number.NEGATIVE_INFINITY : 0;
  if (open.length === 0) return most;
  return (variables) => Math.max(most, ...open.map((term) => term(variables)));
}
