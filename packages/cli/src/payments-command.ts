import type { AuditFinding } from '@billfold/core'
import { nounCommand } from './noun-command.ts'
import { billfoldOptions, billfoldUsage, withBillfold } from './with-billfold.ts'
import { count } from './count.ts'

const usage = `billfold payments audit

Adds up the ledger of all tenants, and compares it with the payments, deposits and withdrawals. It reads everything.
Exit code 3 where something does not add up.

${billfoldUsage}`

/** `billfold payments`: adds everything up. */
export const paymentsCommand = nounCommand({
  name: 'payments',
  summary: 'add up the ledger and the payments',
  usage,
  options: billfoldOptions,
  verbs: {
    audit: async (values, _, terminal) => {
      const data = await withBillfold(values, terminal, (billfold) => billfold.payments.audit())
      const { findings, payments, transactions } = data
      const seen = `${count(payments, 'payment')}, ${transactions} deposits and withdrawals: `
      const what = findings.length === 0 ? 'everything adds up' : count(findings.length, 'finding')
      return { text: `${findings.map(line).join('')}${seen}${what}\n`, data, isBad: findings.length > 0 }
    },
  },
})

function line({ finding, tenant, subject, detail }: AuditFinding): string {
  return `${finding}  tenant ${tenant}  ${subject}  ${detail}\n`
}
