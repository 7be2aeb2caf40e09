import { listTestDatabases } from '@billfold/test-databases'
import { deployRegistry } from './did-registries/deployed-registry.ts'
import { compareSequences } from './did-registries/compare-sequences.ts'
import { configureInTwoProcesses } from './did-registries/two-processes-one-payer.ts'

// The long form of the suites of DID registries: node dist/run-did-registries.js [sequences] [wallets] [seed]
const [sequences = 500, wallets = 200, seed = 1] = process.argv.slice(2).map(Number)

const sequencing = await deployRegistry()
const startedAt = performance.now()
const compared = await compareSequences(sequencing, { count: sequences, maxLength: 8, seed })
await sequencing.close()
print(
  `${compared} sequences gave the same documents in both registries as in ethr-did-resolver, in ${since(startedAt)} s`,
)

for (const database of await listTestDatabases({ servers: 'always' })) {
  if (database.kind === 'pglite') continue
  const shared = await deployRegistry()
  const { steps, milliseconds } = await configureInTwoProcesses(database, shared, wallets)
  await shared.close()
  const seconds = Math.round(milliseconds / 1000)
  print(`${steps} steps of ${wallets} wallets by two processes with one payer over ${database.name}, in ${seconds} s`)
}

function since(moment: number): number {
  return Math.round((performance.now() - moment) / 1000)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
