import { listTestDatabases } from '@billfold/test-databases'
import { createListingHost, measurePages } from './dids/seed-wallets.ts'

// The time per page of a long list: node dist/run-did-listing.js [count]
const count = Number(process.argv[2] ?? 100_000)
for (const database of await listTestDatabases({ servers: 'always' })) {
  const { caller, drop } = await createListingHost(database, count)
  const { pages, first, last, slowest } = await measurePages(caller, 1000)
  const milliseconds = [first, last, slowest].map((time) => time.toFixed(1))
  process.stdout.write(
    `${database.name}: ${count} wallets in ${pages} pages of 1,000; the first tenth ${milliseconds[0]} ms a page, the last ${milliseconds[1]}, the slowest page ${milliseconds[2]}\n`,
  )
  await drop()
}
