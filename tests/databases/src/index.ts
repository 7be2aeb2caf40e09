export type { AnyTables, Driver, FreshDatabase, TestDatabase } from './test-database.ts'
export { describeTestDatabases, listTestDatabases } from './list-test-databases.ts'
export { connectTo, connectWithDriverTo } from './connect.ts'
export { findTestRedis, type TestRedis } from './redis.ts'
