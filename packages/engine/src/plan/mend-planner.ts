import { isVariable, type VariableCollector } from '@apollo/federation-internals';
import values from '@apollo/federation-internals/dist/values.js';

/**
 * Finds the variables in the value of an argument. The planner's library looks into each list twice, as a list and as an
 * object, and so 2ⁿ times at what stands n lists deep: an argument of fifty brackets would stop the process for good. Here
 * everything is looked at once, and nothing is too deep for the stack.
 */
function collectVariablesInValue(value: unknown, collector: VariableCollector): void {
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (isVariable(next)) collector.add(next);
    else if (typeof next === 'object' && next !== null) left.push(...Object.values(next));
  }
}

Object.assign(values, { collectVariablesInValue });
