import type { TransactionRequest } from '../transactions/formats/transaction-request.ts'

/** A token on a chain, or the coin of the chain. */
export interface SwapToken {
  readonly secretType: string
  /** The ticker symbol, such as `USDC`. */
  readonly symbol: string
  /** The contract; absent for the coin of the chain. */
  readonly tokenAddress?: string | undefined
}

/** What is exchanged for what. `SELL`: the amount is that of the token given; `BUY`: that of the token received. */
export interface SwapQuery {
  readonly fromSecretType: string
  readonly toSecretType: string
  /** Symbols or contracts, as the provider names them. */
  readonly fromToken: string
  readonly toToken: string
  /** In whole units. */
  readonly amount: number
  readonly orderType: 'SELL' | 'BUY'
}

/** A rate that an exchange offers. Amounts are in whole units. */
export interface SwapRate {
  /** The name of the exchange: `UNISWAP`. */
  readonly exchange: string
  readonly orderType: 'SELL' | 'BUY'
  readonly inputAmount: number
  readonly outputAmount: number
  /** A fraction: 0.005 is half a percent. */
  readonly slippage: number
  /** In whole units of the coin of the chain. */
  readonly fee: number
}

/** A wallet that exchanges tokens. */
export interface SwapWallet {
  readonly secretType: string
  readonly address: string
}

/** An exchange to build the transactions of. */
export interface SwapOrder {
  readonly wallet: SwapWallet
  /** Who receives the tokens. */
  readonly destination: SwapWallet
  readonly fromToken: string
  readonly toToken: string
  readonly inputAmount: number
  readonly outputAmount: number
  readonly orderType: 'SELL' | 'BUY'
  readonly exchange: string
}

/**
 * Exchanges tokens for others. Billfold has no exchange of its own: a host connects one. What the provider builds is not sent: the caller
 * shows it to the user, who signs it like any other transaction.
 */
export interface SwapProvider {
  /** Lists the rates for an exchange, best first. */
  readonly listRates: (query: SwapQuery) => Promise<readonly SwapRate[]>
  /** Lists what the wallet can exchange for what. */
  readonly listPairs: (wallet: SwapWallet) => Promise<readonly { readonly from: SwapToken; readonly to: SwapToken }[]>
  /** Builds the transactions of an exchange in the order in which they are sent: an approval and the exchange itself, for example. */
  readonly buildSwap: (order: SwapOrder) => Promise<readonly TransactionRequest[]>
}
