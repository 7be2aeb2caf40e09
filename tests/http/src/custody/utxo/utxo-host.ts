import {
  bitcoinChain,
  type ChainClient,
  createBillfold,
  createPasswordHasher,
  type Keyring,
  type FeeBumping,
  type Storage,
  type TransferSource,
} from '@billfold/core'
import { basicAuthorization } from '../../basic-authorization.ts'
import { startHost } from '../../hosts/start-host.ts'
import type { CustodyReply } from '../custody-host.ts'
import { createCustodyCaller, pincode, type TransactingHost } from '../transacting-host.ts'
import type { UtxoNode } from './utxo-node.ts'

/** What a host needs besides its node. */
export interface UtxoHostOptions {
  readonly storage: Storage
  readonly keyring: Keyring
  readonly now?: () => number
  readonly feeBumping?: FeeBumping
  readonly transferSource?: TransferSource
}

/** Starts a host whose chain is that of a node. */
export async function startUtxoHost(
  { secretType, network }: Pick<UtxoNode, 'secretType' | 'network'>,
  client: ChainClient | undefined,
  { storage, keyring, now = Date.now, feeBumping = {}, transferSource }: UtxoHostOptions,
): Promise<TransactingHost> {
  const { bech32, pubKeyHash, scriptHash, wif } = network
  const chain = bitcoinChain({
    secretType,
    symbol: 'TEST',
    coinType: 1,
    messageName: 'Bitcoin',
    network: { bech32, pubKeyHash, scriptHash, wif },
  })
  const billfold = createBillfold({
    storage,
    keyring,
    now,
    failedAttemptLimit: { limit: 100_000, windowSeconds: 600 },
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
    }),
    custody: {
      chains: new Map([[secretType, chain]]),
      chainClients: client === undefined ? {} : { [secretType]: client },
      feeBumping,
      transferSources: transferSource === undefined ? {} : { [secretType]: transferSource },
    },
  })
  const key = await billfold.serviceKeys.create({ tag: 'suite', scopes: ['custody'] })
  const host = await startHost({ framework: 'koa', through: 'app', prefix: '', parser: false }, billfold.custody)
  const authorization = basicAuthorization(key.keyId, key.keySecret)
  return {
    billfold,
    authorization,
    port: host.port,
    close: host.close,
    call: createCustodyCaller(host.port, authorization),
  }
}

/** A wallet of a test. */
export interface UtxoWallet {
  readonly id: string
  readonly address: string
}

/** Creates a wallet without a user. */
export async function createUtxoWallet(
  { call }: Pick<TransactingHost, 'call'>,
  { secretType }: Pick<UtxoNode, 'secretType'>,
): Promise<UtxoWallet> {
  const { result } = await call('POST', '/api/wallets', { secretType, pincode })
  // The node's wallet imports an address when its balance is first read.
  await call('GET', `/api/wallets/${result.id}/balance`)
  return result
}

/** Sends a transfer of a wallet, in whole coins. */
export function sendCoins(
  { call }: Pick<TransactingHost, 'call'>,
  { secretType }: Pick<UtxoNode, 'secretType'>,
  walletId: string,
  request: { readonly to: string; readonly value: string; readonly chainSpecificFields?: object },
  idempotencyKey?: string,
): Promise<CustodyReply> {
  const body = { pincode, transactionRequest: { type: 'TRANSFER', secretType, walletId, ...request } }
  const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
  return call('POST', '/api/transactions', body, headers)
}

/** Replaces a pending transaction. */
export function replaceTransaction(
  { call }: Pick<TransactingHost, 'call'>,
  { secretType }: Pick<UtxoNode, 'secretType'>,
  request: 'resubmit' | 'cancel',
  transactionHash: string,
): Promise<CustodyReply> {
  return call('POST', `/api/transactions/${request}`, { pincode, secretType, transactionHash })
}
