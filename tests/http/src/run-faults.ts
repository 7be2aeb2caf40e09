import { localKeyring, memoryStorage, newKey, type Storage } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { injectFaults } from './faults/inject-faults.ts'
import { scenarios } from './faults/scenarios.ts'

// Every call of the storage fails, before it is applied and after, in a scenario of each API, in memory and on every database:
// node dist/run-faults.js [storms] [every n-th fault]
const [storms = 50, every = 1] = process.argv.slice(2).map(Number)

const all = { runs: 0, repeats: 0, problems: 0, storages: new Array<string>() }

async function play(name: string, storage: () => Storage): Promise<void> {
  const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
  all.storages.push(name)
  for (const scenario of scenarios) {
    const { calls, runs, repeats, seconds, problems } = await injectFaults(
      scenario,
      { storage, keyring },
      { storms, every },
    )
    process.stdout.write(
      `${name}, ${scenario.name}: ${calls} calls, ${runs} runs, ${repeats} retried calls, ${seconds.toFixed(0)} s, ${problems.length} problems\n`,
    )
    all.runs += runs
    all.repeats += repeats
    all.problems += problems.length
    for (const problem of problems.slice(0, 20)) process.stdout.write(`  ${problem}\n`)
    if (problems.length > 0) process.exitCode = 1
  }
}

await play('memory', memoryStorage)
for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect } = database
  const { connect, drop } = await database.create()
  const db = connect()
  await migrate(db, { dialect })
  const storage = kyselyStorage(db, { dialect })
  await play(database.name, () => storage)
  await drop()
}
process.stdout.write(
  `in all: ${scenarios.length} scenarios over ${all.storages.join(', ')}: ${all.runs} runs with faults, ${all.repeats} retried calls, ${all.problems} problems\n`,
)
