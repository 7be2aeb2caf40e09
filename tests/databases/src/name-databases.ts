import { describeTestDatabases } from './open-test-databases.ts'

process.stdout.write(`${await describeTestDatabases()}\n`)
