import { createBillfold } from '@billfold/core'
import { basicAuthorization } from '../basic-authorization.ts'
import { threeChanges } from '../dids/configure-wallets.ts'
import { createDidClient } from '../dids/did-client.ts'
import { publicUrl } from '../dids/did-host.ts'
import { fastPasswordHasher } from './fast-password-hasher.ts'
import type { Scenario } from './scenario.ts'
import { serveApi } from './serve-api.ts'

/** Creates a vault and a wallet, changes its DID three times and resolves it. */
export const didScenario: Scenario = {
  name: 'DIDs: a vault, a wallet, three changes, resolution',
  variableTables: {
    audit_records: 'a repeated action is recorded again',
    events: 'a second vault emits an event, too',
    vaults: 'a vault has no name chosen by the caller: one whose reply was lost stays empty',
  },
  prepare: async (stage, watch) => {
    const billfold = createBillfold({ ...stage, issuer: publicUrl, passwordHasher: fastPasswordHasher })
    const key = await billfold.serviceKeys.create({ tag: 'faults', scopes: ['dids', 'dids:sign'] })
    const { driver, close } = await serveApi(billfold.dids)
    const { call, callAsWallet } = createDidClient(watch(driver), () => basicAuthorization(key.keyId, key.keySecret))
    return {
      close,
      secrets: [key.keySecret],
      run: async ({ retry, createOnce }) => {
        const { body: made } = await retry(() => call('POST', '/vault', { kind: 'BIP44' }))
        const input = { wallet: { vaultId: made.vault._id, alias: stage.tenant } }
        const wallet = await createOnce(
          () => call('POST', '/wallet', input),
          async () => {
            const { status, body } = await call('GET', `/wallets?alias=${stage.tenant}`)
            return body.wallets?.length === 1 ? { status, body: { wallet: body.wallets[0] } } : undefined
          },
        )
        const { did, index } = wallet.body.wallet
        if (index !== 0) throw new Error(`the first wallet of the vault has the index ${index}`)
        const json = { wallet: { did }, walletConfig: { txsInput: threeChanges } }
        const configured = await retry(() => callAsWallet(did, 'POST /wallet/configure', json))
        if (configured.status !== 200) throw new Error(`not configured: ${JSON.stringify(configured)}`)
        const { body } = await retry(() => call('GET', `/1.0/identifiers/${did}`))
        const { service, verificationMethod } = body.didDocument
        if (service.length !== 2 || verificationMethod.length !== 2)
          throw new Error(`${service.length} services, ${verificationMethod.length} keys`)
      },
    }
  },
}
