export { hasRedisServer, type RedisProcess, startRedisProcess } from './redis-process.ts';
export { soon } from './soon.ts';
export { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
