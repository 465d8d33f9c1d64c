import { type GraphQLInputType, getNamedType, isInputObjectType, isListType, isNonNullType } from 'graphql';

/** Scalars whose values are written as JSON in a URL. */
const jsonScalars = new Set(['JSON', 'JSONObject']);

/**
 * The value of a parameter that came as text, by its type. What is no value of the type stays as it is: the type itself
 * says then what is wrong with it.
 *
 * @param texts one, or several for a parameter that was given several times
 */
export function convertTexts(texts: readonly string[], type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return convertTexts(texts, type.ofType);
  if (isListType(type)) return texts.map((text) => convertTexts([text], type.ofType));
  return texts.length === 1 ? convertText(texts[0]!, type) : texts;
}

function convertText(text: string, type: GraphQLInputType): unknown {
  const named = getNamedType(type);
  if (isInputObjectType(named) || jsonScalars.has(named.name)) return parseOr(text);
  if (named.name === 'Boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (named.name === 'Int') return /^-?\d{1,10}$/.test(text) ? Number(text) : text;
  if (named.name === 'Float') return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : text;
  return text;
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
