import { type DocumentNode, type FieldNode, type GraphQLError, visit } from 'graphql';

/** What is withheld from whoever sends a request: it is not executed, and null in the answer. */
export interface Withheld {
  /** The same for the same fields, and for no others, of a document. */
  key: string;
  /**
   * Fields by their numbers in the document, of which the first that is written is 0: who decides may have parsed the text
   * at another time.
   */
  fields: readonly number[];
  /** Why. They stand before the other errors of the answer. */
  errors: readonly GraphQLError[];
}

/** Fields of a document that are not executed. */
export type WithheldFields = ReadonlySet<FieldNode>;

export const nothingWithheld: WithheldFields = new Set();

/** Finds the fields that are withheld. */
export function findWithheld(document: DocumentNode, withheld: Withheld | undefined): WithheldFields {
  if (!withheld) return nothingWithheld;
  const wanted = new Set(withheld.fields);
  const found = new Set<FieldNode>();
  let number = 0;
  visit(document, {
    Field(node) {
      if (wanted.has(number)) found.add(node);
      number++;
    },
  });
  return found;
}

/** An answer, or what there is of it, with the reasons for what is withheld. */
export function withReasons<Answer extends { errors?: readonly GraphQLError[] }>(
  answer: Answer,
  withheld: Withheld | undefined,
): Answer {
  return withheld ? { ...answer, errors: [...withheld.errors, ...(answer.errors ?? [])] } : answer;
}
