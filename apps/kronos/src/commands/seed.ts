import { seedDomain } from '../seeds/seed.ts';
import { allOf } from '../up/all-of.ts';
import { withDatabases } from '../up/with-databases.ts';

/** `kronos seed`: runs every domain's seed and prints what each did. */
export async function seed(): Promise<void> {
  await withDatabases(async ({ urls, administrator, serviceSecrets }) => {
    const environment = {
      ...process.env,
      KRONOS_ADMIN_EMAIL: administrator.email,
      KRONOS_ADMIN_PASSWORD: administrator.password,
      KRONOS_SERVICE_SECRETS: JSON.stringify(serviceSecrets),
    };
    await allOf(
      ...Object.entries(urls).map(async ([domain, databaseUrl]) => {
        const line = await seedDomain({ domain, databaseUrl, environment });
        if (line) console.log(`${domain}: ${line}`);
      }),
    );
  });
}
