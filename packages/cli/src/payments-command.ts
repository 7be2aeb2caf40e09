import type { ConsistencyFinding } from '@billfold/core'
import { createCommandGroup } from './command-group.ts'
import { billfoldOptions, billfoldUsage, withBillfold } from './with-billfold.ts'
import { formatCount } from './format-count.ts'

const usage = `billfold payments audit

Audits the ledger of all tenants against the payments, deposits and withdrawals. Reads everything. Exit code 3 if there are
discrepancies.

${billfoldUsage}`

/** `billfold payments`: audits the ledger. */
export const paymentsCommand = createCommandGroup({
  name: 'payments',
  summary: 'audit the ledger against the payments',
  usage,
  options: billfoldOptions,
  subcommands: {
    audit: async (values, _, terminal) => {
      const data = await withBillfold(values, terminal, (billfold) => billfold.payments.checkConsistency())
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

function formatFinding({ finding, tenant, subject, detail }: ConsistencyFinding): string {
  return `${finding}  tenant ${tenant}  ${subject}  ${detail}\n`
}
