import { byGet, type Route, route } from '../../http/index.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import { type IdentifierRow, listIdentifiers } from '../../identity/users/identifiers.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { UserBalance } from '../ledger/index.ts'
import { formatMinorUnits, type MoneySettings, parseCurrency } from '../money/money.ts'
import { listExpiredOf, refundExpired } from '../two-leg/end-payment.ts'
import { createPaymentWallet, findPaymentWallet, type PaymentWalletBalance, readNewWallet } from '../wallets/wallets.ts'
import type { PaymentsApiContext } from './api-context.ts'
import { requireApiKeyCaller } from './api-key-guard.ts'
import { formatCurrencyType } from './currency-type.ts'
import { documentedFailures } from './documented-failures.ts'
import { withFields } from './field-encryption.ts'
import { encryptedField, plainField, requiredField } from './fields.ts'
import { assertOwnEmail } from './own-identifiers.ts'

/** Routes to create and show the wallet of a user. */
export function paymentWalletRoutes(api: PaymentsApiContext): readonly Route[] {
  const getWallet = getWalletRoute(api)
  return [createWalletRoute(api), getWallet, byGet(getWallet, api.guards.apiKeyHeader)]
}

function createWalletRoute(api: PaymentsApiContext): Route {
  const readAhead = api.guards.apiKeyReading(() => (userId) => readNewWallet(api.services, userId))
  return route({
    id: 'createWallet',
    method: 'POST',
    path: '/api/v1/lokdon/createwallet',
    summary: 'Create the wallet of a user',
    guard: readAhead.guard,
    ...withFields(api, { email: encryptedField(320), imei: plainField(64) }, ['wallet_hash', 'balance', 'held']),
    documentedErrors: documentedFailures({ 'user.not-found': 'User with this email is not registered' }),
    handler: async ({ body: fields }, context) => {
      const caller = requireApiKeyCaller(context)
      const early = await readAhead.rowsFor(caller)
      await assertOwnEmail(api.services, caller, requiredField(fields, 'email'), early?.identifiers)
      const imei = requiredField(fields, 'imei')
      const actor = actorFromRequest(context)
      const wallet = await createPaymentWallet(api, actor, caller.id, imei, caller.preconditions, early)
      return { message: 'Wallet created successfully', data: toReply(api, wallet) }
    },
  })
}

/** What is read to show a wallet. */
interface ShownWalletReads {
  /** The identifiers of the user. */
  readonly identifiers: readonly IdentifierRow[]
  /** Payments that have expired, and must be refunded first. */
  readonly expired: readonly { readonly id: string }[]
  readonly wallet: PaymentWalletBalance | undefined
}

async function readShownWallet({ services, tenant }: PaymentsApiContext, userId: string): Promise<ShownWalletReads> {
  const [identifiers, expired, wallet] = await Promise.all([
    listIdentifiers(services, userId),
    listExpiredOf(services, userId),
    findPaymentWallet(services, tenant, userId),
  ])
  return { identifiers, expired, wallet }
}

function getWalletRoute(api: PaymentsApiContext): Route {
  const readAhead = api.guards.apiKeyReading(() => (userId) => readShownWallet(api, userId))
  return route({
    id: 'getWalletInformation',
    idempotency: 'none',
    method: 'POST',
    path: '/api/v1/lokdon/getwalletinfo',
    summary: 'Get the wallet of a user',
    guard: readAhead.guard,
    ...withFields(api, { email: encryptedField(320) }, ['wallet_hash', 'balance', 'held']),
    documentedErrors: documentedFailures({
      'field.missing': 'Invalid or Blank mail id Given',
      'user.not-found': 'Invalid or Blank mail id Given',
      'wallet.not-found': 'You have no wallet yet',
    }),
    handler: async ({ body: fields }, context) => {
      const caller = requireApiKeyCaller(context)
      const reads = (await readAhead.rowsFor(caller)) ?? (await readShownWallet(api, caller.id))
      await assertOwnEmail(api.services, caller, requiredField(fields, 'email'), reads.identifiers)
      await refundExpired(api, actorFromRequest(context), reads.expired)
      const isCurrent = reads.expired.length === 0
      const wallet = isCurrent ? reads.wallet : await findPaymentWallet(api.services, caller.tenant, caller.id)
      if (wallet === undefined) throw new BillfoldError('wallet.not-found')
      return { message: 'Your Wallet details', data: toReply(api, wallet) }
    },
  })
}

/** The wallet as documented. A further field lists all balances of a user who has money in another currency. */
function toReply(
  { settings }: PaymentsApiContext,
  { wallet, available, held, balances }: PaymentWalletBalance,
): Record<string, unknown> {
  const currency = parseCurrency(settings.money, wallet.currency)
  return {
    wallet_hash: wallet.hash,
    balance: formatMinorUnits(currency, available),
    held: formatMinorUnits(currency, held),
    currency_type: formatCurrencyType(wallet.currency),
    ...(balances.some((balance) => balance.currency !== wallet.currency) && {
      balances: formatBalances(settings.money, balances),
    }),
  }
}

/** Formats balances by currency. The decimals of a currency that is no longer configured are unknown, so it is left out. */
function formatBalances({ currencies }: MoneySettings, balances: readonly UserBalance[]): readonly object[] {
  return balances.flatMap(({ currency: code, available, held }) => {
    const currency = currencies.get(code)
    if (currency === undefined) return []
    const [balance, onHold] = [formatMinorUnits(currency, available), formatMinorUnits(currency, held)]
    return { currency_type: formatCurrencyType(code), balance, held: onHold }
  })
}
