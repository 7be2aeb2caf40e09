import type { AuditFinding } from '@billfold/core'
import { nounCommand } from './noun-command.ts'
import { billfoldOptions, billfoldUsage, withBillfold } from './with-billfold.ts'
import { count } from './count.ts'

const usage = `billfold payments audit

Audits the ledger of all tenants against the payments, deposits and withdrawals. Reads everything. Exit code 3 if there are
discrepancies.

${billfoldUsage}`

/** `billfold payments`: audits the ledger. */
export const paymentsCommand = nounCommand({
  name: 'payments',
  summary: 'audit the ledger against the payments',
  usage,
  options: billfoldOptions,
  verbs: {
    audit: async (values, _, terminal) => {
      const data = await withBillfold(values, terminal, (billfold) => billfold.payments.audit())
      const { findings, payments, transactions } = data
      const totals = `${count(payments, 'payment')}, ${transactions} deposits and withdrawals: `
      const what = findings.length === 0 ? 'no discrepancies' : count(findings.length, 'problem')
      return { text: `${findings.map(formatFinding).join('')}${totals}${what}\n`, data, isBad: findings.length > 0 }
    },
  },
})

function formatFinding({ finding, tenant, subject, detail }: AuditFinding): string {
  return `${finding}  tenant ${tenant}  ${subject}  ${detail}\n`
}
