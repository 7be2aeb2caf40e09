export type { AnyTables, FreshDatabase, TestDatabase } from './test-database.ts'
export { nameTestDatabases, openTestDatabases } from './open-test-databases.ts'
export { connectTo } from './connect.ts'
