import { z } from 'zod'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'
import { type Route, route } from '../../http/index.ts'
import type { SwapProvider } from '../swaps/swap-provider.ts'
import { getChain } from '../wallets/chains/index.ts'
import { assertWalletNotArchived } from '../wallets/sign.ts'
import type { CustodyContext } from './context.ts'
import { getReachableWallet } from './custody-user.ts'
import { custodySuccessReply } from './response-format.ts'
import { custodyBodyLimit, idSchema, optionalField, successSchema, secretTypeField } from './schemas.ts'

const secretType = z.string().max(32)
const token = z.string().min(1).max(128)
const orderType = z.enum(['SELL', 'BUY'])
const amount = z.coerce.number().nonnegative()

const rateBody = z.object({
  exchange: z.string(),
  orderType,
  inputAmount: z.number(),
  outputAmount: z.number(),
  slippage: z.number(),
  fee: z.number(),
})
const tokenBody = z.object({ secretType: secretTypeField, symbol: z.string(), tokenAddress: z.string().optional() })

const newSwap = z.object({
  walletId: optionalField(idSchema),
  destinationWalletId: optionalField(idSchema),
  fromSecretType: secretType,
  toSecretType: secretType,
  fromToken: token,
  toToken: token,
  inputAmount: optionalField(amount),
  outputAmount: optionalField(amount),
  orderType,
  exchange: z.string().max(32),
  enableGasEstimate: optionalField(z.boolean()),
})

const missing = {
  501: { description: 'The host has no provider of swaps' },
  503: { description: 'The provider fails' },
}

/** The routes that exchange tokens, with the provider of the host. Without one they reply with 501. */
export function swapRoutes(custody: CustodyContext): readonly Route[] {
  return [ratesRoute(custody), pairsRoute(custody), buildSwapRoute(custody)]
}

function ratesRoute(custody: CustodyContext): Route {
  return route({
    id: 'listSwapRates',
    method: 'GET',
    path: '/api/swaps/rates',
    summary: 'List the rates of an exchange of tokens',
    guard: custody.service,
    query: z.object({
      fromSecretType: secretType,
      toSecretType: secretType,
      fromToken: token,
      toToken: token,
      amount,
      orderType,
    }),
    replies: {
      200: {
        description: 'The rates',
        schema: successSchema(z.object({ exchangeRates: z.array(rateBody), bestRate: rateBody.optional() })),
      },
      ...missing,
    },
    handler: async ({ query }) => {
      for (const name of [query.fromSecretType, query.toSecretType]) getChain(custody.chains, name)
      const rates = await callProvider(custody, (provider) => provider.listRates(query))
      return custodySuccessReply({ exchangeRates: rates, ...(rates[0] !== undefined && { bestRate: rates[0] }) })
    },
  })
}

function pairsRoute(custody: CustodyContext): Route {
  return route({
    id: 'listSwapPairs',
    method: 'GET',
    path: '/api/wallets/:walletId/swaps/pairs',
    summary: 'List what a wallet can exchange for what',
    guard: custody.service,
    params: z.object({ walletId: idSchema }),
    replies: {
      200: {
        description: 'The pairs',
        schema: successSchema(z.array(z.object({ from: tokenBody, to: tokenBody }))),
      },
      404: { description: 'No such wallet' },
      ...missing,
    },
    handler: async ({ params }, { caller }) => {
      const { secretType: chain, address } = await getReachableWallet(custody.services, caller, params.walletId)
      const wallet = { secretType: chain, address }
      return custodySuccessReply(await callProvider(custody, (provider) => provider.listPairs(wallet)))
    },
  })
}

function buildSwapRoute(custody: CustodyContext): Route {
  const { services } = custody
  return route({
    id: 'buildSwap',
    idempotency: 'none',
    method: 'POST',
    path: '/api/wallets/:walletId/swaps',
    summary: 'Build the transactions of an exchange of tokens. They are sent like any other, with a signing method',
    guard: custody.service,
    params: z.object({ walletId: idSchema }),
    body: { encoding: 'json', schema: newSwap, limit: custodyBodyLimit },
    replies: {
      200: {
        description: 'The transactions, in the order in which they are sent',
        schema: successSchema(z.array(z.record(z.string(), z.unknown()))),
      },
      404: { description: 'No such wallet' },
      ...missing,
    },
    handler: async ({ params, body }, { caller }) => {
      const wallet = await getReachableWallet(services, caller, params.walletId)
      assertWalletNotArchived(wallet)
      if (body.fromSecretType !== wallet.secretType)
        throw invalid('fromSecretType', "does not match the wallet's chain")
      if (body.walletId !== undefined && body.walletId !== wallet.id)
        throw invalid('walletId', 'is not that of the path')
      const destination =
        body.destinationWalletId === undefined
          ? wallet
          : await getReachableWallet(services, caller, body.destinationWalletId)
      if (body.toSecretType !== destination.secretType)
        throw invalid('toSecretType', 'does not match the chain of the receiving wallet')
      const { fromToken, toToken, inputAmount = 0, outputAmount = 0, orderType: order, exchange } = body
      const transactions = await callProvider(custody, (provider) =>
        provider.buildSwap({
          wallet: { secretType: wallet.secretType, address: wallet.address },
          destination: { secretType: destination.secretType, address: destination.address },
          fromToken,
          toToken,
          inputAmount,
          outputAmount,
          orderType: order,
          exchange,
        }),
      )
      const names = { walletId: wallet.id, secretType: wallet.secretType }
      return custodySuccessReply(transactions.map((transaction) => ({ ...transaction, ...names })))
    },
  })
}

/** Calls the provider of the host. Its errors are logged and not shown. @throws BillfoldError `swap-provider.unavailable`, `swap-provider.failed` */
async function callProvider<T>(
  { swapProvider, services }: CustodyContext,
  call: (provider: SwapProvider) => Promise<T>,
): Promise<T> {
  if (swapProvider === undefined) throw new BillfoldError('swap-provider.unavailable')
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the provider did not respond in time')), providerTimeoutMs)
  })
  try {
    return await Promise.race([call(swapProvider), timeout])
  } catch (cause) {
    if (isBillfoldError(cause)) throw cause
    services.logger.warn({ cause }, 'swap provider failed')
    throw new BillfoldError('swap-provider.failed', { cause })
  } finally {
    clearTimeout(timer)
  }
}

/** Time that a provider has to respond. */
const providerTimeoutMs = 30_000

function invalid(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}
