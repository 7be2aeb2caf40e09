export type { AnyTables, Driver, FreshDatabase, TestDatabase } from './test-database.ts'
export { nameTestDatabases, openTestDatabases } from './open-test-databases.ts'
export { connectTo, connectWithDriverTo } from './connect.ts'
