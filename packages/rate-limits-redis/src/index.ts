export type { IoRedisClient, NodeRedisClient, RedisClient } from './redis-client.ts'
export { redisRateLimiter, type RedisRateLimiterOptions } from './redis-rate-limiter.ts'
