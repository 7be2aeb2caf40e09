import type { ConsistencyFinding } from '@billfold/core'
import { createCommandGroup, defineSubcommand } from './command-group.ts'
import { formatCount } from './format-count.ts'
import { createProgressReporter } from './report-progress.ts'
import { billfoldOptions, withBillfold } from './with-billfold.ts'

/** `billfold payments`: audits the ledger. */
export const paymentsCommand = createCommandGroup({
  name: 'payments',
  summary: 'audit the ledger against the payments',
  subcommands: {
    audit: defineSubcommand({
      summary: 'audit the ledger of all tenants against the payments, deposits and withdrawals',
      details: 'Reads everything, while hosts are running. Exit code 3 if there are discrepancies.',
      options: billfoldOptions,
      run: async (values, _, terminal) => {
        const onProgress = createProgressReporter(terminal, 'rows read')
        const data = await withBillfold(values, terminal, (billfold) =>
          billfold.payments.checkConsistency({ onProgress }),
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

function formatFinding({ finding, tenant, subject, detail }: ConsistencyFinding): string {
  return `${finding}  tenant ${tenant}  ${subject}  ${detail}\n`
}
