import { listTestDatabases } from '@billfold/test-databases'
import { measureCredentials } from './measure-credentials.ts'

// Offers and responses through two processes on PostgreSQL, all at once: node dist/reliability/run-credentials.js [offers] [responses]
const [offers = '1000', responses = '1000'] = process.argv.slice(2)
const database = (await listTestDatabases({ servers: 'always' })).find(({ kind }) => kind === 'postgres')
if (database === undefined) throw new Error('there is no PostgreSQL')
const report = await measureCredentials(database, Number(offers), Number(responses))
const { once, never, twice, unexpected } = report.offers
process.stdout.write(
  `${offers} offers redeemed four times at once in ${report.offerSeconds.toFixed(1)} s: ${once} once, ${never} never, ${twice} more than once; ${report.grants} grants in the storage\n`,
)
const { taken, refused, result, outcomes } = report.responses
process.stdout.write(
  `${responses} responses to one request at once in ${report.responseSeconds.toFixed(1)} s: ${taken} taken, ${refused} refused; the request is ${result}, with ${outcomes} outcome in the audit log\n`,
)
const all = [...unexpected, ...report.responses.unexpected]
if (all.length > 0) process.stdout.write(`unexpected replies: ${[...new Set(all)].join(', ')}\n`)
const isExact = once === Number(offers) && report.grants === once && taken === 1 && outcomes === 1
if (!isExact || result !== 'verified' || all.length > 0) process.exitCode = 1
