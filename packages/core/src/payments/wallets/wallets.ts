import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { randomSecret } from '../../kernel/crypto/index.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import {
  accountInsert,
  ledgerAccounts,
  allShards,
  listUserBalances,
  transferWrites,
  type UserBalance,
} from '../ledger/index.ts'
import type { Services } from '../../platform/services.ts'
import { decideOnEarlyReads, insert, type RowOf, update, type Write } from '../../kernel/storage/index.ts'
import { type IdentifierRow, listIdentifiers } from '../../identity/users/identifiers.ts'
import { normalizeIdentifier } from '../../identity/users/normalize-identifier.ts'
import { formatDay } from '../dates.ts'
import { commitWithPreconditions, type Precondition } from '../preconditions.ts'
import { toVerifiedContacts } from '../users/profiles.ts'
import type { PaymentsContext } from '../settings.ts'
import { type StatementLineRow, statementLineWrite } from './statements.ts'
import { grantClaims, dailyGrants, paymentWallets } from '../tables.ts'

/** A row of `payment_wallets`. */
export type PaymentWalletRow = RowOf<typeof paymentWallets>

/** A wallet with its balances in minor units. */
export interface PaymentWalletBalance {
  readonly wallet: PaymentWalletRow
  readonly available: bigint
  readonly held: bigint
  /** The balances in all currencies, the wallet's own among them: a gateway can credit another one. */
  readonly balances: readonly UserBalance[]
}

/** Finds the wallet of a user with its balances. */
export async function findPaymentWallet(
  services: Services,
  tenant: string,
  userId: string,
): Promise<PaymentWalletBalance | undefined> {
  const [wallet, balances] = await Promise.all([
    findWallet(services, userId),
    listUserBalances(services, tenant, userId),
  ])
  return wallet === undefined ? undefined : toWalletBalance(wallet, balances)
}

async function findWallet({ storage }: Services, userId: string): Promise<PaymentWalletRow | undefined> {
  return (await storage.find(paymentWallets, { where: { userId }, limit: 1 }))[0]
}

/** The rows on which a new wallet is decided. */
export interface NewWalletReads {
  /** The identifiers of the user. */
  readonly identifiers: readonly IdentifierRow[]
  readonly wallet: PaymentWalletRow | undefined
}

/** Reads what a new wallet is decided on. */
export async function readNewWallet(services: Services, userId: string): Promise<NewWalletReads> {
  const [identifiers, wallet] = await Promise.all([listIdentifiers(services, userId), findWallet(services, userId)])
  return { identifiers, wallet }
}

async function withBalances(services: Services, wallet: PaymentWalletRow): Promise<PaymentWalletBalance> {
  return toWalletBalance(wallet, await listUserBalances(services, wallet.tenant, wallet.userId))
}

function toWalletBalance(wallet: PaymentWalletRow, balances: readonly UserBalance[]): PaymentWalletBalance {
  const { currency } = wallet
  const { available, held } = balances.find((balance) => balance.currency === currency) ?? { available: 0n, held: 0n }
  return { wallet, available, held, balances }
}

/**
 * Creates the one wallet of a user. It gets the opening grant of the host once email and phone number are verified,
 * unless one of them or the device has already received one: repeat the call after the verification. Idempotent.
 * @param early what was read for the wallet before, with its caller
 * @throws BillfoldError with the failure codes of `preconditions`
 */
export async function createPaymentWallet(
  payments: PaymentsContext,
  actor: Actor,
  userId: string,
  imei: string,
  preconditions: readonly Precondition[] = [],
  early?: NewWalletReads,
): Promise<PaymentWalletBalance> {
  const { services, settings } = payments
  const { tenant } = actor
  const read = (): Promise<NewWalletReads> => readNewWallet(services, userId)
  return decideOnEarlyReads(early, read, async ({ identifiers, wallet: existing }) => {
    const claims = await computeGrantClaims(payments, tenant, identifiers, imei)
    if (existing !== undefined) return grantLater(payments, actor, existing, claims, preconditions)
    const createdAt = services.now()
    const currency = settings.money.currency.code
    const wallet = { userId, tenant, hash: randomSecret(32), currency, createdAt }
    const grant = await grantWrites(payments, tenant, userId, claims)
    await commitWithPreconditions(
      services,
      preconditions,
      auditWrite({ ...actor, id: userId }, 'payments.wallet-created', userId, createdAt),
      insert(paymentWallets, wallet),
      ...(grant ?? (await missingAccountWrites(services, wallet))),
      ...eventWrites(services, tenant, 'payment-wallet.created', { userId }),
    )
    // A gateway may have credited the user before.
    return withBalances(services, wallet)
  })
}

/** Pays the opening grant to a wallet that was created before email and phone number were verified. */
async function grantLater(
  payments: PaymentsContext,
  actor: Actor,
  wallet: PaymentWalletRow,
  claims: readonly string[],
  preconditions: readonly Precondition[],
): Promise<PaymentWalletBalance> {
  const { services } = payments
  const { tenant, userId } = wallet
  const grant = await grantWrites(payments, tenant, userId, claims)
  if (grant === undefined) return withBalances(services, wallet)
  const audited = auditWrite({ ...actor, id: userId }, 'payments.grant-paid', userId, services.now())
  await commitWithPreconditions(services, preconditions, audited, ...grant)
  return withBalances(services, wallet)
}

/** The writes that create the user's ledger accounts that do not exist yet. */
async function missingAccountWrites(
  services: Services,
  { userId: owner, tenant, currency, createdAt }: PaymentWalletRow,
): Promise<readonly Write[]> {
  const shards = allShards(tenant, currency, { kind: 'available', owner })
  const ids = shards.map(({ id }) => id)
  const rows = await services.storage.find(ledgerAccounts, { where: { id: { in: ids } } })
  return shards.filter(({ id }) => !rows.some((row) => row.id === id)).map((shard) => accountInsert(shard, createdAt))
}

/** Blind indexes of email, phone number and device, each of which gets one opening grant; none if nothing is due. */
async function computeGrantClaims(
  { services, settings }: PaymentsContext,
  tenant: string,
  identifiers: readonly IdentifierRow[],
  imei: string,
): Promise<readonly string[]> {
  if (settings.openingGrant === 0n) return []
  const contacts = await toVerifiedContacts(services, identifiers)
  if (contacts === undefined) return []
  const { email, phone } = contacts
  return Promise.all([
    services.blindIndex.hash('payments:grant-email', tenant, normalizeIdentifier('email', email)),
    services.blindIndex.hash('payments:grant-phone', tenant, normalizeIdentifier('phone', phone)),
    services.blindIndex.hash('payments:grant-imei', tenant, imei),
  ])
}

/** The writes of an opening grant; undefined if the user gets none. */
async function grantWrites(
  { services, settings }: PaymentsContext,
  tenant: string,
  userId: string,
  claims: readonly string[],
): Promise<readonly Write[] | undefined> {
  const { openingGrant: amount, maxGrantsPerDay, money } = settings
  if (claims.length === 0) return undefined
  const { storage } = services
  const at = services.now()
  const day = formatDay(at)
  const id = newId()
  const currency = money.currency.code
  const legs = [
    { account: { kind: 'grant' }, amount: -amount },
    { account: { kind: 'available', owner: userId }, amount },
  ] as const
  const [[claimed], [today], transferred] = await Promise.all([
    storage.find(grantClaims, { where: { tenant, claim: { in: claims } }, limit: 1 }),
    storage.find(dailyGrants, { where: { tenant, day }, limit: 1 }),
    transferWrites(services, { id, tenant, currency, kind: 'grant', subject: userId, legs }),
  ])
  if (claimed !== undefined || (today?.grantCount ?? 0) >= maxGrantsPerDay) return undefined
  const line: StatementLineRow = {
    id,
    tenant,
    userId,
    kind: 'grant',
    direction: 'credit',
    counterpartyId: null,
    currency,
    amount,
    state: 'completed',
    at,
  }
  return [
    ...claims.map((claim) => insert(grantClaims, { tenant, claim, userId })),
    today === undefined
      ? insert(dailyGrants, { tenant, day, grantCount: 1 })
      : update(dailyGrants, { where: { tenant, day, grantCount: { lt: maxGrantsPerDay } }, add: { grantCount: 1 } }),
    statementLineWrite(line),
    ...transferred,
  ]
}
