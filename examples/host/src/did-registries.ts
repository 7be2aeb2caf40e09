import { evmChainClient } from '@billfold/core'
import { chainRegistry, type DidRegistry, embeddedRegistry, privateKeyPayer } from '@billfold/core/dids'
import type { HostSettings } from './settings.ts'

/** Creates the DID registry: on the configured chain, also as network `development` (`did:ethr:development:0x…`), or in the database. */
export function createDidRegistries({ didChain }: HostSettings): readonly DidRegistry[] {
  if (didChain === undefined) return [embeddedRegistry()]
  const { rpcUrl, chainId, contract, payerKey } = didChain
  const client = evmChainClient({ url: rpcUrl, chainId })
  const payer = privateKeyPayer(Buffer.from(payerKey.slice(2), 'hex'))
  return [chainRegistry({ client, contract, payer, networks: ['development'] })]
}
