import type { Route } from '../../http/index.ts'
import { expireUserPayments } from '../two-leg/end-payment.ts'
import { parseCurrency, formatMinorUnits } from '../money/money.ts'
import { createPaymentWallet, findPaymentWallet, type PaymentWalletBalance } from '../wallets/wallets.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { assertOwnEmail } from './account-endpoints.ts'
import { endpointRoutes, authenticateByApiKey, type EndpointContext } from './endpoint-routes.ts'
import { encryptedField, requiredField, plainField } from './fields.ts'

/** Routes to create and show the wallet of a user. */
export function walletEndpoints(api: EndpointContext): readonly Route[] {
  return [
    ...endpointRoutes(api, {
      id: 'createWallet',
      paths: ['createwallet'],
      summary: 'Create the wallet of a user',
      guard: api.apiKeyAuth,
      fields: { email: encryptedField(320), imei: plainField(64) },
      encryptedReplyFields: ['wallet_hash', 'balance'],
      documentedErrors: { 'user.not-found': 'User with this email is not registered' },
      resolveCaller: authenticateByApiKey,
      handle: async (fields, caller) => {
        await assertOwnEmail(api.services, caller, requiredField(fields, 'email'))
        const { actor, userId, preconditions } = caller
        const wallet = await createPaymentWallet(api, actor, userId, requiredField(fields, 'imei'), preconditions)
        return { message: 'Wallet created successfully', data: toReply(api, wallet) }
      },
    }),
    ...endpointRoutes(api, {
      id: 'getWalletInformation',
      paths: ['getwalletinfo'],
      summary: 'Get the wallet of a user',
      allowGet: true,
      guard: api.apiKeyAuth,
      fields: { email: encryptedField(320) },
      encryptedReplyFields: ['wallet_hash', 'balance', 'held'],
      documentedErrors: {
        'field.missing': 'Invalid or Blank mail id Given',
        'user.not-found': 'Invalid or Blank mail id Given',
        'wallet.not-found': 'You have no wallet yet',
      },
      resolveCaller: authenticateByApiKey,
      handle: async (fields, caller) => {
        await assertOwnEmail(api.services, caller, requiredField(fields, 'email'))
        await expireUserPayments(api, caller.actor, caller.userId)
        const wallet = await findPaymentWallet(api.services, caller.userId)
        if (wallet === undefined) throw new BillfoldError('wallet.not-found')
        return { message: 'Your Wallet details', data: toReply(api, wallet) }
      },
    }),
  ]
}

function toReply(
  { settings }: EndpointContext,
  { wallet, available, held }: PaymentWalletBalance,
): Record<string, string> {
  const currency = parseCurrency(settings.money, wallet.currency)
  return {
    wallet_hash: wallet.hash,
    balance: formatMinorUnits(currency, available),
    held: formatMinorUnits(currency, held),
    currency_type: formatCurrencyType(wallet.currency),
  }
}

/** Formats a currency code for the API: `0` for USD, as documented, otherwise the code. */
export function formatCurrencyType(code: string): string {
  return code === 'USD' ? '0' : code
}
