export { findGuards, type Guards, type Requirement, type ValidOperation } from './access/find-guards.ts';
export { findRequirements } from './access/find-requirements.ts';
export { type AccessCaller, meets } from './access/meets.ts';
export { type AccessRule, type AccessRules, type Alternatives, readAccessRules } from './access/rules.ts';
export {
  compileWithholding,
  type WithheldPlace,
  type Withhold,
  type Withholding,
} from './access/withhold.ts';
export { type CollectOptions, collectFields } from './collect-fields.ts';
export { findConditions, isIncluded } from './conditions.ts';
export {
  compileEstimate,
  type Estimate,
  type EstimateOptions,
  mutationCost,
  type SlicedField,
} from './cost/compile-estimate.ts';
export {
  compileMeasure,
  type Measure,
  type MeasuredField,
  type MeasureOptions,
} from './cost/compile-measure.ts';
export { findListFault, type ListFault } from './cost/list-faults.ts';
export { type Costs, type ListSize, readCosts } from './cost/read-costs.ts';
export type { Slice } from './cost/slices.ts';
export { evaluate, type Term, type Variables } from './cost/term.ts';
export { type Fragments, fragmentBehind, fragmentsOf } from './fragments.ts';
export { directiveName, findLinks, type Link, stringArgument } from './links.ts';
export { countComparisons } from './size/count-comparisons.ts';
export { type InputSize, measureInput } from './size/measure-input.ts';
export { measureSizes, type OperationSize } from './size/measure-size.ts';
export { isOfType } from './type-condition.ts';
