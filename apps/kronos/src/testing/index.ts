export { startTestPostgres, startTestRedis, type TestServer } from './servers.ts';
export { createTemplateDatabases, testAdministrator } from './templates.ts';
