import { PrismaClient } from '@kronos/prisma-users';
import { domainAdapter, encodeId, newId } from '@kronos/subgraph';
import { createTestDatabase } from '@kronos/subgraph/testing';
import { createAccessChecker } from '../../subgraphs/users/src/access.checker.ts';
import { allScopes, createTestUsers } from '../../subgraphs/users/src/testing/test-users.ts';
import { type Candidate, type Figures, measure } from './measure.ts';

interface Settings {
  seconds: number;
  rounds: number;
  people: number;
  entries: number;
}

const [roles, groups, batch] = [50, 200, 100];

/** Checks in memory and from the database, one and a hundred at a time, and through the whole subgraph. */
export async function checks({ people, entries, ...turns }: Settings): Promise<Figures[]> {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await createTestDatabase('users'));
  const db = new PrismaClient({ adapter: domainAdapter(database.url) });
  opened.defer(() => db.$disconnect());
  await fill(db, people, entries);
  const rows = await db.aclEntry.findMany({ where: { userId: { not: null } }, take: 5_000 });
  const asked = rows.map(({ userId, action, resourceType: type, resourceId: id }) => ({
    ...{ userId: userId!, action, resource: { type, id } },
  }));
  let next = 0;
  const take = (count: number) => Array.from({ length: count }, () => asked[next++ % asked.length]!);

  // Its clock stands still: what is measured is the memory, not the renewal of what it holds after a minute.
  const begun = new Date();
  const warm = createAccessChecker({ db, isCurrent: () => true, now: () => begun });
  for (let done = 0; done < asked.length; done += batch) await warm.checkAll(take(batch));
  const cold = createAccessChecker({ db, isCurrent: () => false });

  const users = opened.use(await createTestUsers());
  const ada = await users.signUp('Ada');
  const administrator = { scopes: allScopes };
  const document = 'query ($i: AccessCheckInput!) { accessCheck(input: $i) { allowed reason } }';
  const variables = {
    i: { subjectId: ada.id, action: 'events:read', resourceId: encodeId('event', newId()) },
  };

  const candidates: Candidate[] = [
    { name: 'one, in memory', answers: 1, run: () => warm.checkAll(take(1)) },
    { name: `${batch} at once, in memory`, answers: batch, run: () => warm.checkAll(take(batch)) },
    { name: 'one, from the database', answers: 1, run: () => cold.checkAll(take(1)) },
    { name: `${batch} at once, from the database`, answers: batch, run: () => cold.checkAll(take(batch)) },
    {
      name: '`accessCheck` by HTTP to the subgraph',
      answers: 1,
      run: () => users.execute(document, variables, administrator),
    },
  ];
  return await measure(candidates, turns);
}

/** People in groups with inherited roles, and entries for all kinds of subjects on things of one type. */
async function fill(db: PrismaClient, people: number, entries: number): Promise<void> {
  const ids = (count: number) => Array.from({ length: count }, () => newId());
  const [userIds, roleIds, groupIds, things] = [ids(people), ids(roles), ids(groups), ids(entries / 4)];
  const any = (list: string[]) => list[Math.floor(Math.random() * list.length)]!;
  await db.user.createMany({ data: userIds.map((id) => ({ id, displayName: 'Ada' })) });
  await db.role.createMany({ data: roleIds.map((id, index) => ({ id, name: `role-${index}`, rank: 1 })) });
  await db.roleInheritance.createMany({
    data: roleIds.slice(1).map((heirId, index) => ({ heirId, inheritedId: roleIds[index >> 1]! })),
  });
  await db.group.createMany({ data: groupIds.map((id, index) => ({ id, name: `Group ${index}` })) });
  await db.groupRole.createMany({ data: groupIds.map((groupId) => ({ groupId, roleId: any(roleIds) })) });
  await db.userRole.createMany({ data: userIds.map((userId) => ({ userId, roleId: any(roleIds) })) });
  await db.groupMember.createMany({
    data: userIds.flatMap((userId) => [
      { userId, groupId: any(groupIds) },
      { userId, groupId: any(groupIds) },
    ]),
    skipDuplicates: true,
  });
  for (let done = 0; done < entries; done += 5_000)
    await db.aclEntry.createMany({
      data: Array.from({ length: Math.min(5_000, entries - done) }, (_, index) => ({
        ...{ id: newId(), action: 'events:read', resourceType: 'event', resourceId: any(things) },
        ...(index % 10 === 0
          ? { roleId: any(roleIds) }
          : index % 10 < 3
            ? { groupId: any(groupIds) }
            : { userId: any(userIds) }),
        effect: index % 20 === 0 ? ('DENY' as const) : ('ALLOW' as const),
      })),
      skipDuplicates: true,
    });
  await db.$executeRaw`ANALYZE`;
}
