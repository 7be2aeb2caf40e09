import type { ConsistencyFinding, ConsistencyProgress } from '@billfold/core'
import type { Terminal } from './command.ts'
import { createCommandGroup, defineSubcommand } from './command-group.ts'
import { formatCount } from './format-count.ts'
import { billfoldOptions, withBillfold } from './with-billfold.ts'

/** `billfold payments`: audits the ledger. */
export const paymentsCommand = createCommandGroup({
  name: 'payments',
  summary: 'audit the ledger against the payments',
  subcommands: {
    audit: defineSubcommand({
      summary: 'audit the ledger of all tenants against the payments, deposits and withdrawals',
      details:
        'Reads everything, while hosts are running. Exit code 3 if there are discrepancies. Every few seconds the position is written to standard error.',
      options: {
        from: { type: 'string', value: 'POSITION', help: 'continue an interrupted audit at this position' },
        ...billfoldOptions,
      },
      run: async (values, _, terminal) => {
        const { from } = values
        const data = await withBillfold(values, terminal, (billfold) =>
          billfold.payments.checkConsistency({
            ...(from !== undefined && { from }),
            onProgress: createPositionReporter(terminal),
          }),
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
    }),
  },
})

/** Milliseconds between two reports of the position. */
const reportIntervalMs = 5000

function createPositionReporter({ report }: Pick<Terminal, 'report'>): (progress: ConsistencyProgress) => void {
  let reportedAt = performance.now()
  return ({ step, rows, total, position }) => {
    if (performance.now() - reportedAt < reportIntervalMs) return
    reportedAt = performance.now()
    report(`${step}: ${rows} of ${total} rows, --from ${position}\n`)
  }
}

function formatFinding({ finding, tenant, subject, detail }: ConsistencyFinding): string {
  return `${finding}  tenant ${tenant}  ${subject}  ${detail}\n`
}
