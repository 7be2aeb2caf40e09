import { nameTestDatabases } from './open-test-databases.ts'

process.stdout.write(`${await nameTestDatabases()}\n`)
