import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { estimateRowCount } from '../../kernel/storage/estimate-row-count.ts'
import type { Table } from '../../kernel/storage/index.ts'
import {
  checkAccounts,
  type CheckedPage,
  checkTransfers,
  ledgerAccounts,
  type LedgerFinding,
  ledgerHolds,
  ledgerTransfers,
} from '../ledger/index.ts'
import { gatewayTransactions, paymentProfiles, payments } from '../tables.ts'
import { checkHolds, checkPayments, checkTransactions, type MoneyFault } from './money-rows.ts'
import { checkProfiles, type ProfileFault } from './profiles.ts'
import type { StatementFault } from './statements.ts'

/** An inconsistency: within the ledger, or between the ledger and the payments, deposits and withdrawals. */
export type ConsistencyFinding = LedgerFinding | StatementFault | MoneyFault | ProfileFault

/** The result of a consistency check. */
export interface ConsistencyReport {
  /** At most 10,000. `onProgress` gets all. */
  readonly findings: readonly ConsistencyFinding[]
  /** Number of payments that were read. */
  readonly payments: number
  /** Number of deposits and withdrawals that were read. */
  readonly transactions: number
}

/** How far a consistency check has come. */
export interface ConsistencyProgress {
  readonly step: ConsistencyStep
  /** Number of rows of this step that were read in this run. */
  readonly rows: number
  /** An estimate of the rows of this step, at least `rows`; those before `from` included. */
  readonly total: number
  /** What was found since the last call. */
  readonly findings: readonly ConsistencyFinding[]
  /** Where the check can continue: the option `from` of another run. */
  readonly position: string
}

/** Options of {@link PaymentsApi.checkConsistency}. */
export interface ConsistencyOptions {
  /** The `position` of an earlier run, which was interrupted. Default: from the beginning. */
  readonly from?: string
  /** Called after each page of at most 1,000 rows, and awaited: store `position` and `findings`, or wait to go slower. */
  readonly onProgress?: (progress: ConsistencyProgress) => void | Promise<void>
}

type Check = (services: Services, start: string | undefined) => AsyncGenerator<CheckedPage<ConsistencyFinding>>

/** The steps in their order. Each reads one table by its key. */
const checks = {
  transfers: checkTransfers,
  accounts: checkAccounts,
  payments: checkPayments,
  transactions: checkTransactions,
  holds: checkHolds,
  profiles: checkProfiles,
} as const satisfies Readonly<Record<string, Check>>

/** The table that a step reads. */
const walked: Readonly<Record<keyof typeof checks, Table>> = {
  transfers: ledgerTransfers,
  accounts: ledgerAccounts,
  payments,
  transactions: gatewayTransactions,
  holds: ledgerHolds,
  profiles: paymentProfiles,
}

/** A step of the consistency check. */
export type ConsistencyStep = keyof typeof checks

const steps: readonly ConsistencyStep[] = ['transfers', 'accounts', 'payments', 'transactions', 'holds', 'profiles']

const maxFindings = 10_000

/**
 * Checks the ledger of all tenants and compares it with the payments, deposits and withdrawals, and those with the statements of
 * the users. Safe while money moves. Reads every row, page by page, with little memory.
 *
 * @throws BillfoldError `input.invalid` for a malformed `from`, and the errors of the storage
 */
export async function checkPaymentsConsistency(
  services: Services,
  { from, onProgress }: ConsistencyOptions = {},
): Promise<ConsistencyReport> {
  const start = from === undefined ? undefined : parsePosition(from)
  const rows: Record<ConsistencyStep, number> = {
    transfers: 0,
    accounts: 0,
    payments: 0,
    transactions: 0,
    holds: 0,
    profiles: 0,
  }
  const findings: ConsistencyFinding[] = []
  for (const step of steps.slice(start === undefined ? 0 : steps.indexOf(start.step))) {
    const estimated = onProgress === undefined ? 0 : await estimateRowCount(services.storage, walked[step])
    for await (const page of checks[step](services, start?.step === step ? start.after : undefined)) {
      rows[step] += page.rows
      findings.push(...page.findings.slice(0, maxFindings - findings.length))
      const position = `${step}:${page.after}`
      const total = Math.max(estimated, rows[step])
      await onProgress?.({ step, rows: rows[step], total, findings: page.findings, position })
    }
  }
  return { findings, payments: rows.payments, transactions: rows.transactions }
}

function parsePosition(position: string): { readonly step: ConsistencyStep; readonly after: string } {
  const [, name, after] = /^([a-z]+):([\w-]{1,64})$/.exec(position) ?? []
  const step = steps.find((known) => known === name)
  if (step === undefined || after === undefined)
    throw new BillfoldError('input.invalid', {
      issues: [{ path: 'from', message: 'must be the position of a progress report' }],
    })
  return { step, after }
}
