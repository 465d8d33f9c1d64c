/**
 * States stand in the database in the small letters of the Core Database Service, and in the graph in capitals.
 *
 * @param stored one of the values that the table's check allows
 */
export function toGraph<State extends string>(stored: string): State {
  return stored.toUpperCase() as State;
}

/** See `toGraph`. */
export function toStored<State extends string>(state: State): Lowercase<State> {
  return state.toLowerCase() as Lowercase<State>;
}
