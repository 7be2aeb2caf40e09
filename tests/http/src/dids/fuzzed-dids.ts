import type { Storage } from '@billfold/core'
import { checkNothing, type FuzzedApi, unlimited } from '../fuzz/fuzzed-api.ts'
import { threeChanges } from './configure-wallets.ts'
import { createDidClient } from './did-client.ts'
import { createDidHost } from './did-host.ts'

/** The DID API with a vault and a few wallets. */
export async function createFuzzedDids(storage?: Storage): Promise<FuzzedApi> {
  const { billfold, authorization, admin } = await createDidHost(storage, { rateLimiter: unlimited })
  return {
    api: billfold.dids,
    // An MPC vault without a signer.
    expected: [{ status: 501 }],
    check: checkNothing,
    drop: async () => {},
    prepare: async (driver) => {
      const { call } = createDidClient(driver, () => authorization)
      const { body: made } = await call('POST', '/vault', { kind: 'BIP44' })
      const vaultId = String(made.vault._id)
      const wallets: { readonly did: string; readonly _id: string }[] = []
      for (let index = 0; index < 4; index++) {
        const { body } = await call('POST', '/wallet', { wallet: { vaultId, alias: `wallet ${index}` } })
        wallets.push(body.wallet)
      }
      const dids = wallets.map(({ did }) => did)
      return {
        headers: [{ authorization }],
        didAuth: { did: admin.did, privateKey: admin.key.privateKey, wallets: dids, authorization },
        bodies: {
          createWallet: [{ wallet: { vaultId: '', alias: 'fuzz' } }, { wallet: {} }],
          configureWallet: [{ wallet: { did: '' }, walletConfig: { txsInput: threeChanges } }],
          renameWallets: [{ wallets: [{ did: '', alias: '' }] }],
          deleteWallets: [{ ids: [''] }],
          signDidAuth: [{ did: '', act: '', bod: '' }],
        },
        fields: {
          vaultId: [vaultId],
          did: [...dids, admin.did],
          dids,
          // What is deleted is missing later.
          ids: wallets.slice(-1).map(({ _id }) => _id),
          alias: ['wallet 0', 'other'],
          act: ['POST /wallet/configure', 'POST /wallet/rename', 'DELETE /wallet'],
          bod: ['a'.repeat(43)],
          limit: ['1', '1000', '1001'],
          after: wallets.map(({ _id }) => _id),
        },
      }
    },
  }
}
