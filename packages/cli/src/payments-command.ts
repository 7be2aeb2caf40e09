import type { ConsistencyFinding, ConsistencyProgress } from '@billfold/core'
import type { Terminal } from './command.ts'
import { createCommandGroup } from './command-group.ts'
import { billfoldOptions, billfoldUsage, withBillfold } from './with-billfold.ts'
import { formatCount } from './format-count.ts'

const usage = `billfold payments audit [--from POSITION]

Audits the ledger of all tenants against the payments, deposits and withdrawals. Reads everything. Exit code 3 if there are
discrepancies. Every few seconds its position is written to standard error.

  --from POSITION  continue an interrupted audit at this position

${billfoldUsage}`

/** `billfold payments`: audits the ledger. */
export const paymentsCommand = createCommandGroup({
  name: 'payments',
  summary: 'audit the ledger against the payments',
  usage,
  options: { ...billfoldOptions, from: { type: 'string' } },
  subcommands: {
    audit: async (values, _, terminal) => {
      const { from } = values
      const data = await withBillfold(values, terminal, ({ payments: api }) =>
        api.checkConsistency({ ...(from !== undefined && { from }), onProgress: progressReporter(terminal) }),
      )
      const { findings, payments, transactions } = data
      const totals = `${formatCount(payments, 'payment')}, ${transactions} deposits and withdrawals: `
      const what = findings.length === 0 ? 'no discrepancies' : formatCount(findings.length, 'problem')
      return {
        text: `${findings.map(formatFinding).join('')}${totals}${what}\n`,
        data,
        hasProblems: findings.length > 0,
      }
    },
  },
})

/** Milliseconds between two reports of the position. */
const reportIntervalMs = 5000

function progressReporter({ report }: Terminal): (progress: ConsistencyProgress) => void {
  let reportedAt = performance.now()
  return ({ step, rows, position }) => {
    if (performance.now() - reportedAt < reportIntervalMs) return
    reportedAt = performance.now()
    report(`${step}: ${rows} rows, --from ${position}\n`)
  }
}

function formatFinding({ finding, tenant, subject, detail }: ConsistencyFinding): string {
  return `${finding}  tenant ${tenant}  ${subject}  ${detail}\n`
}
