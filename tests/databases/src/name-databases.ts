import { describeTestDatabases } from './list-test-databases.ts'

process.stdout.write(`${await describeTestDatabases()}\n`)
