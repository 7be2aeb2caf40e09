import type { DidClient } from './did-client.ts'

/** Three changes of a wallet. */
export const threeChanges = [
  { service: { name: 'Agent', value: 'https://agent.example' } },
  { delegate: {} },
  { service: { name: 'Hub', value: 'https://hub.example' } },
] as const

/** Configures wallets concurrently and returns the statuses of the replies. */
export function configureWallets(caller: DidClient, dids: readonly string[]): Promise<number[]> {
  return Promise.all(
    dids.map(async (did) => {
      const json = { wallet: { did }, walletConfig: { txsInput: threeChanges } }
      const { status } = await caller.callAsWallet(did, 'POST /wallet/configure', json)
      return status
    }),
  )
}

/** Creates wallets and returns their DIDs. */
export async function createWallets(caller: DidClient, count: number): Promise<readonly string[]> {
  const dids: string[] = []
  for (let index = 0; index < count; index++)
    dids.push((await caller.createWallet({}, { didMethod: 'ethr:development' })).did)
  return dids
}
