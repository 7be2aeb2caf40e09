import { readAhead } from '../../kernel/concurrency/read-ahead.ts'
import { selectColumns } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import { type EntrySum, sumTransfers } from './entry-sums.ts'
import { paginate } from './paginate.ts'
import { ledgerTransfers } from './tables.ts'

/** An inconsistency of the ledger. */
export interface LedgerFinding {
  readonly finding:
    | 'transfer-unbalanced'
    | 'transfer-without-entries'
    | 'entry-without-transfer'
    | 'entry-without-account'
    | 'balance-mismatch'
    | 'balance-negative'
    | 'holds-mismatch'
  readonly tenant: string
  /** Id of the transfer or the account. */
  readonly subject: string
  readonly detail: string
}

/** What was found in one page of a table. `after` is the key of its last row. */
export interface CheckedPage<F> {
  readonly after: string
  readonly rows: number
  readonly findings: readonly F[]
}

/** The condition for the rows after an id. */
export function afterId(after: string | undefined): { readonly id?: { readonly gt: string } } {
  return after === undefined ? {} : { id: { gt: after } }
}

const transferIds = selectColumns(ledgerTransfers, ({ id }) => ({ id }))

/** A page of transfers, with the entries up to the last of them. */
interface TransferPage {
  readonly after: string
  readonly ids: readonly string[]
  readonly sums: readonly ReadonlyMap<string, EntrySum>[]
}

/**
 * Checks that the entries of each transfer sum to zero, and that each entry has a transfer. Safe while money moves: what looks
 * wrong is read again.
 */
export async function* checkTransfers(
  services: Services,
  start: string | undefined,
): AsyncGenerator<CheckedPage<LedgerFinding>> {
  for await (const { after, ids, sums } of readAhead(readTransfers(services, start))) {
    const findings: LedgerFinding[] = []
    const unseen = new Set(ids)
    for (const page of sums)
      for (const [id, sum] of page)
        if (!unseen.delete(id)) findings.push(...(await findMissingTransfer(services, id)))
        else if (sum.total !== 0n || sum.count < 2)
          findings.push(await describeTransfer(services, 'transfer-unbalanced', id, `sum ${sum.total}`))
    for (const id of unseen)
      findings.push(await describeTransfer(services, 'transfer-without-entries', id, 'no entries'))
    yield { after, rows: ids.length, findings }
  }
}

/** Reads all transfers with their entries, and at last the entries beyond the last transfer: those of new ones, or of none. */
async function* readTransfers(services: Services, start: string | undefined): AsyncGenerator<TransferPage, void> {
  let previous = start
  for await (const rows of paginate(services.storage, transferIds, 'id', afterId, ({ id }) => id, start)) {
    const after = rows.at(-1)?.id ?? ''
    const sums: ReadonlyMap<string, EntrySum>[] = []
    for await (const page of sumTransfers(services, previous, after)) sums.push(page)
    yield { after, ids: rows.map(({ id }) => id), sums }
    previous = after
  }
  for await (const page of sumTransfers(services, previous, undefined))
    yield { after: previous ?? '', ids: [], sums: [page] }
}

async function findMissingTransfer({ storage }: Services, id: string): Promise<LedgerFinding[]> {
  const [row] = await storage.find(transferIds, { where: { id }, limit: 1 })
  if (row !== undefined) return []
  return [{ finding: 'entry-without-transfer', tenant: '', subject: id, detail: 'there is no such transfer' }]
}

async function describeTransfer(
  { storage }: Services,
  finding: LedgerFinding['finding'],
  id: string,
  detail: string,
): Promise<LedgerFinding> {
  const [row] = await storage.find(ledgerTransfers, { where: { id }, limit: 1 })
  return { finding, tenant: row?.tenant ?? '', subject: id, detail }
}
