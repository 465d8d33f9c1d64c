export { type CallersRights, choosePolicy, type PolicyOwner } from './choose-policy.ts';
export { hashClientKey } from './client-key.ts';
export { defaultPolicies, defaultRules } from './default-rules.ts';
export {
  type AccessPolicy,
  accessPolicyShape,
  type ClientApplication,
  type ClientKey,
  clientApplicationShape,
  clientKeyShape,
  type EdgeRules,
  type EdgeRulesContents,
  edgeRulesShape,
  type OperationPolicy,
  type ParameterSource,
  type QuotaPolicy,
  quotaPolicyShape,
  type Route,
  type RouteMethod,
  type RouteParameter,
  type RouteSpelling,
  routeMethods,
  routeParameterShape,
  routeShape,
  routeSpellings,
  type StoredOperation,
  storedOperationShape,
} from './edge-rules.ts';
export { meetsPolicy } from './meets-policy.ts';
export {
  isReserved,
  type PathSegment,
  PathTemplateError,
  parsePathTemplate,
  pathPattern,
} from './path-template.ts';
export { type Subject, subjectOf } from './subject.ts';
export { withVersion } from './version.ts';
