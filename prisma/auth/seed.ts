import { appendToOutbox } from '@kronos/events';
import { masterKeysEnvironment, openMasterKeys, openSealedFields } from '@kronos/sealing';
import { commonEnvironment, parseEnvironment } from '@kronos/service/environment';
import { PrismaPg } from '@prisma/adapter-pg';
import { v7 as uuidv7 } from 'uuid';
import { type Prisma, PrismaClient } from './client/client.ts';
import { parseEmail } from './email.ts';
import { hashPassword } from './password-hash.ts';
import { sealedFields } from './sealed-fields.ts';
import { seedServices } from './seed.services.ts';

interface Administrator {
  email: string;
  password: string;
}

/**
 * Opens the account of the first administrator from KRONOS_ADMIN_EMAIL and KRONOS_ADMIN_PASSWORD. With an administrator
 * there already, or without these variables, it does nothing. The rights come from the domain `users`, in answer to
 * `userCreated`. Registers the services whose secrets are in KRONOS_SERVICE_SECRETS (JSON, by their names).
 *
 * @returns one line that says what was done
 * @throws EnvironmentError without master keys, which addresses are sealed with; an Error when the address is none, or belongs to someone who is no administrator: to raise them would hand the
 * system to whoever signed up with it first
 */
export async function seed(options: {
  databaseUrl: string;
  environment: NodeJS.ProcessEnv;
}): Promise<string> {
  const { KRONOS_ADMIN_EMAIL: address, KRONOS_ADMIN_PASSWORD: password } = options.environment;
  const { KRONOS_SERVICE_SECRETS: secrets } = options.environment;
  const email = address && password ? parseEmail(address) : '';
  if (email === null)
    throw new Error(`KRONOS_ADMIN_EMAIL is ${JSON.stringify(address)}: expected an e-mail address.`);

  const settings = parseEnvironment({ ...commonEnvironment, ...masterKeysEnvironment }, options.environment);
  const sealed = openSealedFields({
    // The second is for the transaction that waits until addresses from before are sealed.
    client: new PrismaClient({
      adapter: new PrismaPg({ connectionString: options.databaseUrl, max: 2 }),
    }),
    databaseUrl: options.databaseUrl,
    masterKeys: openMasterKeys(settings),
    fields: sealedFields,
  });
  const { database } = sealed;
  try {
    const first =
      email && password ? await openFirst(database, { email, password }) : 'no administrator asked for';
    const registered = secrets ? await seedServices(database, JSON.parse(secrets)) : 0;
    return registered > 0 ? `${first}; ${registered} services registered` : first;
  } finally {
    await sealed.close();
    await database.$disconnect();
  }
}

async function openFirst(database: PrismaClient, administrator: Administrator): Promise<string> {
  // Cheap, and nearly always the end of it.
  const known = await findAdministrator(database);
  if (known) return `administrator ${known}: there already`;

  const passwordHash = await hashPassword(administrator.password);
  return database.$transaction(async (transaction) => {
    // Two processes may start at the same moment.
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('kronos seed auth'))`;
    const other = await findAdministrator(transaction);
    if (other) return `administrator ${other}: there already`;
    await openAccount(transaction, administrator.email, passwordHash);
    return `administrator ${administrator.email}: account opened`;
  });
}

async function findAdministrator(database: Prisma.TransactionClient): Promise<string | undefined> {
  const account = await database.account.findFirst({
    where: { roles: { has: 'admin' } },
    orderBy: { createdAt: 'asc' },
    select: { email: true },
  });
  return account?.email;
}

async function openAccount(
  transaction: Prisma.TransactionClient,
  email: string,
  passwordHash: string,
): Promise<void> {
  if (await transaction.account.findUnique({ where: { email } })) {
    throw new Error(`${email} belongs to someone who is no administrator: set another KRONOS_ADMIN_EMAIL.`);
  }
  const id = uuidv7();
  const roles = ['admin', 'user'];
  await transaction.account.create({ data: { id, email, passwordHash, roles, scopes: [] } });
  await appendToOutbox(transaction, 'userCreated', { userId: id, displayName: 'Administrator', roles });
}
