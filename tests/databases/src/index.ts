export type { AnyTables, Driver, FreshDatabase, TestDatabase } from './test-database.ts'
export { describeTestDatabases, openTestDatabases } from './open-test-databases.ts'
export { connectTo, connectWithDriverTo } from './connect.ts'
export { findTestRedis, type TestRedis } from './redis.ts'
