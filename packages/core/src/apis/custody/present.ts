import type { CredentialRow } from '../../credentials/sealing.ts'
import { formatAmount } from '../../transactions/amounts.ts'
import type { UserRow } from '../../users/create.ts'
import type { Chains } from '../../wallets/chains/index.ts'
import type { WalletRow } from '../../wallets/sealing.ts'

/** A signing method as this API shows it; never its value, unless it was made up just now. */
export function presentMethod(row: CredentialRow, generatedValue?: string): Record<string, unknown> {
  return {
    id: row.id,
    type: row.type,
    incorrectAttempts: row.incorrectAttempts,
    remainingAttempts: row.remainingAttempts,
    ...(row.lastUsedAt !== null && { lastUsedSuccess: isoTime(row.lastUsedAt) }),
    ...(row.lockedUntil !== null && { lockedUntil: isoTime(row.lockedUntil) }),
    hasMasterSecret: true,
    ...(row.device !== null && { device: row.device }),
    ...(generatedValue !== undefined && { value: generatedValue }),
  }
}

/** A user as this API shows one. */
export function presentUser(user: UserRow, methods?: readonly CredentialRow[]): Record<string, unknown> {
  return {
    id: user.id,
    ...(user.reference !== null && { reference: user.reference }),
    createdAt: isoTime(user.createdAt),
    ...(methods !== undefined && { signingMethods: methods.map((row) => presentMethod(row)) }),
  }
}

/**
 * A wallet as this API shows one, with its balance in the chain's smallest unit where it is known. Without a node for its
 * chain a balance is not available, which is not the same as zero.
 */
export function presentWallet(chains: Chains, wallet: WalletRow, balance?: bigint): Record<string, unknown> {
  // A chain that the host no longer has must not keep the rest of a list from being shown.
  const { symbol, decimals } = chains.get(wallet.secretType) ?? { symbol: wallet.secretType, decimals: 0 }
  return {
    id: wallet.id,
    address: wallet.address,
    walletType: 'WHITE_LABEL',
    secretType: wallet.secretType,
    createdAt: isoTime(wallet.createdAt),
    archived: wallet.archivedAt !== null,
    ...(wallet.description !== null && { description: wallet.description }),
    ...(wallet.identifier !== null && { identifier: wallet.identifier }),
    primary: wallet.primary,
    hasCustomPin: wallet.userId === null,
    ...(wallet.userId !== null && { userId: wallet.userId }),
    balance: {
      ...presentBalance(balance, decimals),
      secretType: wallet.secretType,
      symbol,
      gasSymbol: symbol,
      decimals,
    },
  }
}

/** The number is for people: it has the nearest that a number can say. `rawBalance` is exact. */
function presentBalance(raw: bigint | undefined, decimals: number): Record<string, unknown> {
  if (raw === undefined)
    return { available: false, balance: null, gasBalance: null, rawBalance: null, rawGasBalance: null }
  const whole = Number(formatAmount(raw, decimals))
  return {
    available: true,
    balance: whole,
    gasBalance: whole,
    rawBalance: raw.toString(),
    rawGasBalance: raw.toString(),
  }
}

/** ISO 8601 in UTC, of milliseconds since 1970. */
function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
