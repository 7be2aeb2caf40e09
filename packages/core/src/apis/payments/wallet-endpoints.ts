import type { Route } from '../../http/index.ts'
import { expireOf } from '../../payments/end-payment.ts'
import { currencyNamed, formatAmount } from '../../payments/money.ts'
import { createWallet, findWallet, type WalletBalance } from '../../payments/wallets.ts'
import { BillfoldError } from '../../errors.ts'
import { assertOwnEmail } from './account-endpoints.ts'
import { endpoint, keyCaller, type PaymentsApi } from './endpoint.ts'
import { encrypted, needed, plain } from './fields.ts'

/** Routes to create and show the wallet of a user. */
export function walletEndpoints(api: PaymentsApi): readonly Route[] {
  return [
    ...endpoint(api, {
      id: 'createWallet',
      paths: ['createwallet'],
      summary: 'Create the wallet of a user',
      guard: api.byKey,
      fields: { email: encrypted(320), imei: plain(64) },
      seals: ['wallet_hash', 'balance'],
      says: { 'user.unknown': 'User with this email is not registered' },
      caller: keyCaller,
      handle: async (fields, caller) => {
        await assertOwnEmail(api.services, caller, needed(fields, 'email'))
        const { actor, userId, held } = caller
        const wallet = await createWallet(api, actor, userId, needed(fields, 'imei'), held)
        return { message: 'Wallet created successfully', data: toReply(api, wallet) }
      },
    }),
    ...endpoint(api, {
      id: 'getWalletInformation',
      paths: ['getwalletinfo'],
      summary: 'Get the wallet of a user',
      get: true,
      guard: api.byKey,
      fields: { email: encrypted(320) },
      seals: ['wallet_hash', 'balance', 'held'],
      says: {
        'field.missing': 'Invalid or Blank mail id Given',
        'user.unknown': 'Invalid or Blank mail id Given',
        'wallet.unknown': 'You have no wallet yet',
      },
      caller: keyCaller,
      handle: async (fields, caller) => {
        await assertOwnEmail(api.services, caller, needed(fields, 'email'))
        await expireOf(api, caller.actor, caller.userId)
        const wallet = await findWallet(api.services, caller.userId)
        if (wallet === undefined) throw new BillfoldError('wallet.unknown')
        return { message: 'Your Wallet details', data: toReply(api, wallet) }
      },
    }),
  ]
}

function toReply({ settings }: PaymentsApi, { wallet, available, held }: WalletBalance): Record<string, string> {
  const currency = currencyNamed(settings.money, wallet.currency)
  return {
    wallet_hash: wallet.hash,
    balance: formatAmount(currency, available),
    held: formatAmount(currency, held),
    currency_type: currencyType(wallet.currency),
  }
}

/** Formats a currency code for the API: `0` for USD, as documented, otherwise the code. */
export function currencyType(code: string): string {
  return code === 'USD' ? '0' : code
}
