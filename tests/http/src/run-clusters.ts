import { missingForGalera, missingForPostgres, missingProxies } from '@billfold/test-databases'
import { galeraScenarios } from './clusters/galera-scenarios.ts'
import { postgresScenarios } from './clusters/postgres-scenarios.ts'

// Clusters on this machine, under load and under failures: node dist/run-clusters.js [payments] [name of a scenario]
// Everything that they write is in a folder for temporary files, and nothing of it is left.
const [payments = '1000', only = ''] = process.argv.slice(2)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const missing = [...missingForGalera(), ...missingForPostgres(), ...missingProxies('haproxy', 'pgbouncer', 'pgpool')]
if (missing.length > 0) throw new Error(`these must be installed: ${missing.join(', ')}`)

for (const { name, run } of [...galeraScenarios, ...postgresScenarios]) {
  if (!name.includes(only)) continue
  const { lines, isSound } = await run(Number(payments))
  for (const line of lines) process.stdout.write(`${name}: ${line}\n`)
  if (!isSound) process.exitCode = 1
}
