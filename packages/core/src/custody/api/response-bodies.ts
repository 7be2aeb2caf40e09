import { addr } from 'micro-eth-signer'
import type { SigningMethodRow } from '../../identity/signing-methods/sealing.ts'
import { formatUnits } from '../transactions/formats/units.ts'
import type { UserRow } from '../../identity/users/create.ts'
import type { Chain } from '../wallets/chains/chain.ts'
import type { Chains } from '../wallets/chains/index.ts'
import type { CustodyWalletRow } from '../wallets/sealing.ts'

/**
 * Formats a signing method for the API. Its value is included only if it was just generated.
 * @param details what the method's kind tells in addition
 */
export function toSigningMethodBody(
  row: SigningMethodRow,
  generatedValue?: string,
  details: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    ...details,
    id: row.id,
    type: row.type,
    incorrectAttempts: row.incorrectAttempts,
    remainingAttempts: row.remainingAttempts,
    ...(row.lastUsedAt !== null && { lastUsedSuccess: formatTime(row.lastUsedAt) }),
    ...(row.lockedUntil !== null && { lockedUntil: formatTime(row.lockedUntil) }),
    hasMasterSecret: true,
    ...(row.device !== null && { device: row.device }),
    ...(generatedValue !== undefined && { value: generatedValue }),
  }
}

/** Formats a user for the API. @param signingMethods as `toSigningMethodBody` formats them */
export function toCustodyUserBody(
  user: UserRow,
  signingMethods?: readonly Readonly<Record<string, unknown>>[],
): Record<string, unknown> {
  return {
    id: user.id,
    ...(user.reference !== null && { reference: user.reference }),
    createdAt: formatTime(user.createdAt),
    ...(signingMethods !== undefined && { signingMethods }),
  }
}

/**
 * Formats a wallet for the API. `balance` is in minor units of the chain. Without it the balance is reported as not
 * available, which is distinct from zero.
 */
export function toCustodyWalletBody(
  chains: Chains,
  wallet: CustodyWalletRow,
  balance?: bigint,
): Record<string, unknown> {
  // A wallet of a chain that is no longer enabled must not fail the whole list.
  const { symbol, decimals } = chains.get(wallet.secretType) ?? { symbol: wallet.secretType, decimals: 0 }
  return {
    id: wallet.id,
    address: wallet.address,
    walletType: wallet.accountType === null ? 'WHITE_LABEL' : 'SMART_ACCOUNT',
    ...(wallet.accountType !== null && {
      accountType: wallet.accountType,
      ownerAddress: addr.fromPublicKey(wallet.publicKey),
    }),
    secretType: wallet.secretType,
    createdAt: formatTime(wallet.createdAt),
    archived: wallet.archivedAt !== null,
    ...(wallet.description !== null && { description: wallet.description }),
    ...(wallet.identifier !== null && { identifier: wallet.identifier }),
    primary: wallet.primary,
    custodial: false,
    hasCustomPin: wallet.userId === null,
    ...(wallet.userId !== null && { userId: wallet.userId }),
    balance: toBalanceBody({ secretType: wallet.secretType, symbol, decimals }, balance),
  }
}

/** Formats the balance of an address, in minor units of its chain; undefined if no node says it. */
export function toBalanceBody(
  { secretType, symbol, decimals }: Pick<Chain, 'secretType' | 'symbol' | 'decimals'>,
  balance: bigint | undefined,
): Record<string, unknown> {
  return { ...toBalanceFields(balance, decimals), secretType, symbol, gasSymbol: symbol, decimals }
}

/**
 * `balance` is the nearest number in whole units, for display. `rawBalance` is exact. An unknown balance has no amounts: zero
 * would be wrong, and null fails in clients whose fields are plain numbers.
 */
function toBalanceFields(raw: bigint | undefined, decimals: number): Record<string, unknown> {
  if (raw === undefined) return { available: false }
  const whole = Number(formatUnits(raw, decimals))
  return {
    available: true,
    balance: whole,
    gasBalance: whole,
    rawBalance: raw.toString(),
    rawGasBalance: raw.toString(),
  }
}

/** Formats epoch milliseconds as ISO 8601 in UTC. */
function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
