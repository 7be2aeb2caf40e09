import { auditRecords } from '../../platform/audit/tables.ts'
import type { CustodyServices } from '../services.ts'
import type { CustodyWalletRow } from './sealing.ts'

/** The audit actions whose subject is a wallet, with the event that each is to the wallet. */
const eventTypes = {
  'wallet.created': 'WALLET_CREATED',
  'wallet.imported': 'WALLET_IMPORTED',
  'wallet.linked': 'WALLET_LINKED',
  'wallet.archived': 'WALLET_ARCHIVED',
  'wallet.unarchived': 'WALLET_UNARCHIVED',
  'wallet.exported': 'WALLET_EXPORTED',
  'wallet.signed': 'SIGNATURE_CREATED',
  'transaction.signed': 'OUTGOING_TRANSACTION',
  'transfer.received': 'INCOMING_TRANSACTION',
} as const

/** An event of a wallet. */
export interface WalletEvent {
  /** Epoch milliseconds. */
  readonly at: number
  readonly type: (typeof eventTypes)[keyof typeof eventTypes]
  /** The id of the service key that caused it, `host`, or `chain` for what was received. */
  readonly client: string
  /** Ids and words as JSON. */
  readonly metadata: string
}

/** Lists the events of a wallet from the audit log, newest first. Those that were pruned there are missing. */
export async function listWalletEvents(
  { storage }: CustodyServices,
  { id, tenant }: CustodyWalletRow,
  offset: number,
  limit: number,
): Promise<readonly WalletEvent[]> {
  const records = await storage.find(auditRecords, {
    where: { tenant, subject: id, action: { in: Object.keys(eventTypes) } },
    orderBy: [['id', 'desc']],
    offset,
    limit,
  })
  return records.flatMap(({ at, action, actor, detail }) => {
    const type = Object.entries(eventTypes).find(([name]) => name === action)?.[1]
    return type === undefined ? [] : [{ at, type, client: actor, metadata: detail ?? '{}' }]
  })
}
