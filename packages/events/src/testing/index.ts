export { hasRedisServer, type RedisProcess, startRedisProcess } from './redis-process.ts';
