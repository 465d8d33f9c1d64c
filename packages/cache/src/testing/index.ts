export { answering } from './answering.ts';
export { type RedisCluster, startRedisCluster } from './redis-cluster.ts';
