/** The suite's own PostgreSQL and Redis. */
export default function setup(): void {
  if (!process.env.KRONOS_TEST_POSTGRES_URL) throw new Error('KRONOS_TEST_POSTGRES_URL is not set');
}
