export { type LedgerAccount, accountInsert, allShards } from './accounts.ts'
export { checkAccounts, checkTransfers, type CheckedPage, type LedgerFinding } from './consistency.ts'
export {
  type AccountBalances,
  getAccountBalance,
  listHoldBalances,
  listUserBalances,
  type LedgerEntry,
  type UserBalance,
} from './balances.ts'
export { captureWrites, type HoldInput, type HoldRow, holdWrites, releaseWrites } from './holds.ts'
export { createLedgerApi, type LedgerApi } from './api.ts'
export { type TransferLeg, transferWrites, type TransferInput } from './transfer-writes.ts'
export { ledgerAccounts, ledgerEntries, ledgerHolds, ledgerTransfers } from './tables.ts'
export type { TransferRow } from './transfer.ts'
