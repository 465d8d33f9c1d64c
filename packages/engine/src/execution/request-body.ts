import type { DataObject } from './run.ts';

/** The parts of a request's body that are the same each time, up to the first variable. */
export function bodyHead(operation: string, operationName: string | undefined): string {
  const name = operationName === undefined ? '' : `"operationName":${JSON.stringify(operationName)},`;
  return `{"query":${JSON.stringify(operation)},${name}"variables":{`;
}

/** The variables of a request as JSON members; those that the client has not sent are left out. */
export function writeVariables(names: readonly string[], values: DataObject): string {
  let json = '';
  for (const name of names) {
    const value = values[name];
    if (value === undefined) continue;
    json += `${json === '' ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(value)}`;
  }
  return json;
}
