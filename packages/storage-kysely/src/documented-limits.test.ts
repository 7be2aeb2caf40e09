import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { maxPipelinedRows } from './pipeline/pipelined-reads.ts'
import { pipelineLimits } from './pipeline/postgres-pipeline.ts'
import { maxPreparedStatements } from './pipeline/prepared-statement-names.ts'
import { defaultRetry, defaultStatementTimeoutMs } from './commit/retry.ts'
import { maxCompoundWrites } from './commit/compound-statement.ts'
import { clusterRules } from './session/cluster-rules.ts'
import { sessionRules } from './session/session-rules.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ')
const format = (value: number): string => value.toLocaleString('en-US')

test.each([
  `and at most ${pipelineLimits.maxConnections}, carry pipelined commits, up to ${pipelineLimits.maxBatchSize} each`,
  `and at most ${pipelineLimits.maxReadConnections}, carry them. Reads with a \`limit\` above ${maxPipelinedRows} or`,
  `waits longer than ${pipelineLimits.lockTimeoutMs} ms for a row lock`,
  `Up to ${maxPreparedStatements} statements are prepared`,
  `up to ${maxCompoundWrites} writes`,
  `locked database are retried: ${format(defaultRetry.conflictMs)}`,
  `including the wait for a connection: ${format(defaultStatementTimeoutMs)}`,
  `or a lost connection is retried: ${format(defaultRetry.lostMs)}`,
])('the README has the number of the code: %s', (sentence) => {
  expect(readme).toContain(sentence)
})

test('the README names every setting of the session that is checked', () => {
  const names = [...Object.values(sessionRules).flat(), ...clusterRules('mariadb', 'galera')].map(
    ({ setting }) => setting,
  )
  const words: Readonly<Record<string, string>> = {
    transaction_isolation: 'isolation level read uncommitted',
    tx_isolation: 'isolation level read uncommitted',
    transaction_read_only: 'read-only transactions',
    tx_read_only: 'read-only transactions',
  }
  for (const name of names) expect(readme).toContain(words[name] ?? name)
})
