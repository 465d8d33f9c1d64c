import { badUserInput, decodeId, forbidden } from '@kronos/subgraph';
import type { AccessCheckInput, AccessPathStepResolvers, QueryResolvers } from './__generated__/types.ts';
import type { Check } from './access.checker.ts';
import type { Decision, Resource } from './access.decide.ts';
import { nodeOf } from './access.node.ts';
import { isAction, isResourceType, toThing } from './acl.rules.ts';
import { maySeeAll } from './acl.ts';
import type { Context } from './context.ts';

const maxChecks = 100;

/** Whether someone may do something, and by what. */
export const accessCheck: QueryResolvers['accessCheck'] = async (_parent, { input }, context) => {
  const [decision] = await checkAll([toCheck(input, context)], context);
  return decision!;
};

/** The same for many questions. */
export const accessChecks: QueryResolvers['accessChecks'] = (_parent, { inputs }, context) => {
  if (inputs.length > maxChecks) throw badUserInput(`At most ${maxChecks} questions at once.`);
  return checkAll(
    inputs.map((input) => toCheck(input, context)),
    context,
  );
};

export const AccessPathStep: AccessPathStepResolvers = {
  node: (step, _args, context) => nodeOf(step, context),
};

/** Answers; of whoever is not known it is asked again when all who have signed up are. */
async function checkAll(checks: Check[], { access, findUser }: Context): Promise<Decision[]> {
  const decisions = await access.checkAll(checks);
  const unknown = checks.filter((_check, index) => decisions[index]!.reason === 'UNKNOWN');
  const found = await Promise.all(unknown.map(({ userId }) => findUser(userId)));
  return found.some(Boolean) ? access.checkAll(checks) : decisions;
}

/**
 * @throws BAD_USER_INPUT for what is no question, FORBIDDEN for one about somebody else
 */
function toCheck({ subjectId, action, resourceId, resourceType }: AccessCheckInput, context: Context): Check {
  const userId = decodeId('user', subjectId);
  refuseAboutOthers(userId, context);
  return { userId, action: readAction(action), resource: toResource(resourceId, resourceType) };
}

/** @throws FORBIDDEN unless the caller asks about themselves, or may ask about all */
export function refuseAboutOthers(userId: string, context: Context): void {
  if (context.viewer?.userId === userId || maySeeAll(context)) return;
  throw forbidden('You may ask what you may do yourself.', { requiredScopes: [['acl:read']] });
}

function toResource(id: string | null | undefined, type: string | null | undefined): Resource | null {
  if (id && type) throw badUserInput('Give a thing or a type, and not both.');
  if (type) return { type: readResourceType(type), id: null };
  if (!id) return null;
  return readThing(id);
}

/** @throws BAD_USER_INPUT */
export function readAction(action: string): string {
  if (!isAction(action)) throw badUserInput(`“${action}” is no action: expected its domain and a verb.`);
  return action;
}

/** @throws BAD_USER_INPUT */
export function readResourceType(type: string): string {
  if (!isResourceType(type)) throw badUserInput(`Ids of no type begin with “${type}”.`);
  return type;
}

/** @throws BAD_USER_INPUT */
export function readThing(id: string): Resource & { id: string } {
  const thing = toThing(id);
  if (!thing) throw badUserInput(`“${id}” is no id.`);
  return thing;
}
