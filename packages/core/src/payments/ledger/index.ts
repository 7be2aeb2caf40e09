export { type LedgerAccount, accountInsert, allShards } from './accounts.ts'
export { checkAccounts } from './account-consistency.ts'
export { afterId, checkTransfers, type CheckedPage, type LedgerFinding } from './consistency.ts'
export { findHoldsWithoutBalance } from './hold-sums.ts'
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
