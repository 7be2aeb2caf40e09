import { execSync } from 'node:child_process'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { describeReliability, measureReliability } from './payments/reliability.ts'

// Payments through four processes, one of which is killed every two seconds:
// node dist/run-payments.js [count] [postgres|mysql] [most seconds] [a command that restarts the database, run twice]
const [count = '100000', dialect = 'postgres', maxSeconds = '86400', restart] = process.argv.slice(2)
const database = (await listTestDatabases({ servers: 'always' })).find(
  (found) => found.dialect === dialect && found.kind !== 'pglite',
)
if (database === undefined) throw new Error(`there is no ${dialect}`)
const fresh = await database.create()
if (fresh.url === undefined) throw new Error('the database has no URL')
const db = fresh.connect()
await migrate(db, { dialect: database.dialect })
const report = await measureReliability({
  dialect,
  url: fresh.url,
  storage: kyselyStorage(db, { dialect: database.dialect }),
  processes: 4,
  clients: 64,
  payments: Number(count),
  maxSeconds: Number(maxSeconds),
  killIntervalMs: 2000,
  ...(restart !== undefined && {
    disturbances: 2,
    disturb: async () => {
      process.stdout.write('restarting the database\n')
      execSync(restart, { stdio: 'ignore' })
    },
  }),
  log: (line) => process.stdout.write(`${line}\n`),
})
process.stdout.write(`${database.name}\n${describeReliability(report)}\n`)
if (report.findings.length + report.missing + report.unacknowledged > 0) process.exitCode = 1
await fresh.drop()
