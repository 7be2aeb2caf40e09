import { type Actor, auditRecord } from '../audit/record.ts'
import { randomSecret } from '../crypto/index.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import { accountRow, balanceOf, ledgerAccounts, placesOf, posting } from '../ledger/index.ts'
import type { Services } from '../services.ts'
import { decide, insert, type RowOf, update, type Write } from '../storage/index.ts'
import { oneForm } from '../users/identifier-forms.ts'
import { dayOf } from './dates.ts'
import { commitHeld, type Held } from './held.ts'
import { contactsOf } from './people.ts'
import type { Payments } from './settings.ts'
import { type StatementRow, statementRow } from './statements.ts'
import { grantClaims, grantDays, paymentWallets } from './tables.ts'

/** A row of `payment_wallets`. */
export type WalletRow = RowOf<typeof paymentWallets>

/** A wallet with its balances in minor units. */
export interface WalletBalance {
  readonly wallet: WalletRow
  readonly available: bigint
  readonly held: bigint
}

/** Finds the wallet of a user with its balances. */
export async function findWallet(services: Services, userId: string): Promise<WalletBalance | undefined> {
  const [wallet] = await services.storage.find(paymentWallets, { where: { userId }, limit: 1 })
  if (wallet === undefined) return undefined
  const { tenant, currency } = wallet
  const [available, held] = await Promise.all([
    balanceOf(services, tenant, currency, { kind: 'available', owner: userId }),
    balanceOf(services, tenant, currency, { kind: 'held', owner: userId }),
  ])
  return { wallet, available, held }
}

/**
 * Creates the one wallet of a user. It gets the opening grant of the host, unless the email, the phone number or the
 * device has already received one. Idempotent.
 * @throws BillfoldError with the failure codes of `preconditions`
 */
export async function createWallet(
  payments: Payments,
  actor: Actor,
  userId: string,
  imei: string,
  preconditions: readonly Held[] = [],
): Promise<WalletBalance> {
  const { services, settings } = payments
  const { tenant } = actor
  const claims = await computeGrantClaims(services, tenant, userId, imei)
  return decide(async () => {
    const existing = await findWallet(services, userId)
    if (existing !== undefined) return existing
    const createdAt = services.now()
    const currency = settings.money.currency.code
    const wallet = { userId, tenant, hash: randomSecret(32), currency, createdAt }
    const grant = await grantWrites(payments, tenant, userId, claims)
    await commitHeld(
      services,
      preconditions,
      auditRecord({ ...actor, id: userId }, 'payments.wallet-created', userId, createdAt),
      insert(paymentWallets, wallet),
      ...(grant ?? (await missingAccountWrites(services, wallet))),
      ...eventWrites(services, tenant, 'payment-wallet.created', { userId }),
    )
    return { wallet, available: grant === undefined ? 0n : settings.openingGrant, held: 0n }
  })
}

/** The writes that create the user's ledger accounts that do not exist yet. */
async function missingAccountWrites(
  services: Services,
  { userId: owner, tenant, currency, createdAt }: WalletRow,
): Promise<readonly Write[]> {
  const shards = placesOf(tenant, currency, { kind: 'available', owner })
  const ids = shards.map(({ id }) => id)
  const rows = await services.storage.find(ledgerAccounts, { where: { id: { in: ids } } })
  return shards.filter(({ id }) => !rows.some((row) => row.id === id)).map((shard) => accountRow(shard, createdAt))
}

/** Blind indexes of email, phone number and device: each gets one opening grant. */
async function computeGrantClaims(
  services: Services,
  tenant: string,
  userId: string,
  imei: string,
): Promise<readonly string[]> {
  const { email, phone } = await contactsOf(services, userId)
  return Promise.all([
    services.lookups.hash('payments:grant-email', tenant, oneForm('email', email)),
    services.lookups.hash('payments:grant-phone', tenant, oneForm('phone', phone)),
    services.lookups.hash('payments:grant-imei', tenant, imei),
  ])
}

/** The writes of an opening grant; undefined if the user gets none. */
async function grantWrites(
  { services, settings }: Payments,
  tenant: string,
  userId: string,
  claims: readonly string[],
): Promise<readonly Write[] | undefined> {
  const { openingGrant: amount, grantsPerDay, money } = settings
  if (amount === 0n) return undefined
  const { storage } = services
  const [claimed] = await storage.find(grantClaims, { where: { tenant, claim: { in: claims } }, limit: 1 })
  const at = services.now()
  const day = dayOf(at)
  const [today] = await storage.find(grantDays, { where: { tenant, day }, limit: 1 })
  if (claimed !== undefined || (today?.granted ?? 0) >= grantsPerDay) return undefined
  const id = newId()
  const currency = money.currency.code
  const legs = [
    { account: { kind: 'grant' }, amount: -amount },
    { account: { kind: 'available', owner: userId }, amount },
  ] as const
  const line: StatementRow = {
    id,
    tenant,
    userId,
    kind: 'grant',
    direction: 'credit',
    counterpartId: null,
    currency,
    amount,
    state: 'completed',
    at,
  }
  return [
    ...claims.map((claim) => insert(grantClaims, { tenant, claim, userId })),
    today === undefined
      ? insert(grantDays, { tenant, day, granted: 1 })
      : update(grantDays, { where: { tenant, day, granted: { lt: grantsPerDay } }, add: { granted: 1 } }),
    statementRow(line),
    ...(await posting(services, { id, tenant, currency, kind: 'grant', subject: userId, legs })),
  ]
}
