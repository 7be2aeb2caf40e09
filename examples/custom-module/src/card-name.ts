import { type EncryptionContext, open, seal } from '@billfold/core/crypto'
import { sealedColumn, type Services } from '@billfold/core/modules'
import type { RowOf } from '@billfold/core/storage'
import { loyaltyAccounts } from './table.ts'

type Account = RowOf<typeof loyaltyAccounts>
type AccountKey = Pick<Account, 'tenant' | 'userId'>

/** Binds the sealed value to its row, so that it cannot be copied to another. */
function encryptionContext({ tenant, userId }: AccountKey): EncryptionContext {
  return { tenant, table: loyaltyAccounts.name, row: userId, field: 'cardName' }
}

/** Seals the name on the card. */
export function sealCardName({ keyring }: Services, key: AccountKey, name: string): Promise<Uint8Array> {
  return seal(keyring, new TextEncoder().encode(name), encryptionContext(key))
}

/** Opens the name on the card. */
export async function openCardName({ keyring }: Services, account: Account): Promise<string> {
  return new TextDecoder().decode(await open(keyring, account.sealedCardName, encryptionContext(account)))
}

/** How the column is re-encrypted under a new key. */
export const sealedCardNames = sealedColumn(loyaltyAccounts, 'sealedCardName', encryptionContext)
