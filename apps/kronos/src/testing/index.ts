export { startTestPostgres, startTestRedis, type TestServer, testPostgresPrograms } from './servers.ts';
export { createTemplateDatabases, testAdministrator } from './templates.ts';
