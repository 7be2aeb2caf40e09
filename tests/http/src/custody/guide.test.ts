import { type ChainClient, memoryStorage } from '@billfold/core'
import { expect, it } from 'vitest'
import { sendRequest } from '../send-request.ts'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { startHost } from '../hosts/start-host.ts'
import type { Mounting } from '../hosts/mountings.ts'
import type { RequestDriver } from '../request-driver.ts'
import { callCustody, createCustodyHost } from './custody-host.ts'

let authorization = ''

/** The replies that the signing methods guide of the compatible API shows: every field must be present, with any value. */
const shown = {
  user: {
    id: 'e85470a8',
    reference: 'ABD User 1',
    createdAt: '2023-08-02T07:18:58',
    signingMethods: [
      { id: '4658c064', type: 'PIN', incorrectAttempts: 0, remainingAttempts: 10, hasMasterSecret: true },
    ],
  },
  emergencyCode: {
    id: '3eccfcef',
    type: 'EMERGENCY_CODE',
    incorrectAttempts: 0,
    remainingAttempts: 10,
    value: 'taif7dxjikhtb82zm7u93tn26',
    hasMasterSecret: true,
  },
  wallet: {
    id: 'fce92b11',
    address: 'ak_2DPcLNVUNiJ5msLdUcvLzvPEb981khy7tN62xP6jZSnyMva4fT',
    walletType: 'WHITE_LABEL',
    secretType: 'AETERNITY',
    createdAt: '2023-08-02T12:08:38',
    archived: false,
    description: 'WALLET#1',
    primary: false,
    hasCustomPin: false,
    userId: 'e85470a8',
    balance: {
      available: true,
      secretType: 'AETERNITY',
      balance: 0,
      gasBalance: 0,
      symbol: 'AE',
      gasSymbol: 'AE',
      rawBalance: '0',
      rawGasBalance: '0',
      decimals: 18,
    },
  },
  reset: {
    id: '4658c064',
    type: 'PIN',
    incorrectAttempts: 0,
    remainingAttempts: 10,
    lastUsedSuccess: '2023-08-02T12:34:57',
    hasMasterSecret: true,
  },
}

/** Lists the dotted paths of all fields. */
function listFields(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => listFields(item, `${path}[]`))
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([name, inner]) => listFields(inner, `${path}.${name}`))]
}

const expectFields = (actual: unknown, documented: unknown): void =>
  expect(listFields(actual)).toEqual(expect.arrayContaining(listFields(documented)))

describeMounted(
  'the signing methods guide',
  async () => {
    // The guide shows a wallet whose chain has a node.
    const node: ChainClient = {
      family: 'aeternity',
      network: 'aeternity:ae_mainnet',
      balance: async () => 0n,
      nonces: async () => ({ mined: 1, next: 1 }),
      broadcast: async () => ({ outcome: 'accepted' }),
      status: async () => ({ state: 'unknown', confirmations: 0 }),
    }
    const made = await createCustodyHost(memoryStorage(), 'default', { chainClients: { AETERNITY: node } })
    authorization = made.authorization
    return made.billfold.custody
  },
  (client) => {
    it('works step by step with its own bodies', async () => {
      const ask = (method: string, path: string, json?: unknown, headers?: Record<string, string>) =>
        callCustody(client, authorization, method, path, json, headers)

      // 1) Create a user
      const { result: user } = await ask('POST', '/api/users', {
        reference: 'ABD User 1',
        signingMethod: { type: 'PIN', value: '123456' },
      })
      expectFields(user, shown.user)
      const [pin] = user.signingMethods
      const methods = `/api/users/${user.id}/signing-methods`

      // 2) Create signing methods
      const byPin = { 'signing-method': `${pin.id}:123456` }
      const { result: code } = await ask('POST', methods, { type: 'EMERGENCY_CODE' }, byPin)
      expectFields(code, shown.emergencyCode)
      expect(code.value).toMatch(/^[0-9a-z]{25}$/)

      // 3) Create, import and link a wallet
      const { result: wallet } = await ask('POST', '/api/wallets', {
        pincode: '123456',
        description: 'WALLET#1',
        secretType: 'AETERNITY',
        userId: user.id,
      })
      expectFields(wallet, shown.wallet)
      expect(wallet.address).toMatch(/^ak_[1-9A-HJ-NP-Za-km-z]{38,51}$/)

      const password = 'a password of the keystore'
      const imported = await ask('POST', '/api/wallets/import', {
        importWalletType: 'AETERNITY_KEYSTORE',
        pincode: '123456',
        keystore: await keystoreMadeElsewhere(client.mounting, password),
        password,
      })
      expect(imported).toMatchObject({ status: 200, result: { secretType: 'AETERNITY', hasCustomPin: true } })

      const link = `/api/wallets/${imported.result.id}/link`
      const linked = await ask('PUT', link, { pincode: '123456', userId: user.id }, byPin)
      expect(linked).toMatchObject({ status: 200, result: { userId: user.id, hasCustomPin: false } })

      // 4) Recover a signing method
      const byCode = { 'signing-method': `${code.id}:${code.value}` }
      await ask('POST', '/api/wallets', { secretType: 'MATIC', userId: user.id }, byPin)
      const { result: reset } = await ask('PUT', `${methods}/${pin.id}`, { value: '987654' }, byCode)
      expectFields(reset, shown.reset)

      // 6) Sign with the PIN in the body, or with a signing method in the header
      const signatureRequest = { type: 'MESSAGE', secretType: 'AETERNITY', walletId: imported.result.id, data: 'hello' }
      expect((await ask('POST', '/api/signatures', { pincode: '987654', signatureRequest })).status).toBe(200)
      expect((await ask('POST', '/api/signatures', { signatureRequest }, byCode)).status).toBe(200)
      const byOldPin = await ask('POST', '/api/signatures', { pincode: '123456', signatureRequest })
      expect(byOldPin).toMatchObject({ status: 403, codes: ['pincode.incorrect'] })

      const transactionRequest = {
        type: 'TRANSFER',
        secretType: 'AETERNITY',
        walletId: imported.result.id,
        to: wallet.address,
        value: 0.1,
      }
      const sent = await ask('POST', '/api/transactions', { pincode: '987654', transactionRequest })
      expect(sent).toMatchObject({ status: 200, result: { transactionHash: expect.stringMatching(/^th_/) } })

      // 5) Delete a signing method
      const gone = await ask('DELETE', `${methods}/${code.id}`, undefined, { 'signing-method': `${pin.id}:987654` })
      expect(gone.status).toBe(200)
    })
  },
  { only: ({ through, prefix, parser }) => through === 'app' && prefix === '/id' && !parser },
)

/** Exports a keystore from another installation. */
async function keystoreMadeElsewhere(mounting: Mounting, password: string): Promise<string> {
  const { billfold, authorization: theirs } = await createCustodyHost()
  const host = await startHost(mounting, billfold.custody)
  const client: RequestDriver = {
    request: (method, path, sent) => sendRequest(host.port, method, mounting.prefix + path, sent),
  }
  try {
    const made = await callCustody(client, theirs, 'POST', '/api/wallets', {
      secretType: 'AETERNITY',
      pincode: '111111',
    })
    const body = { type: 'KEYSTORE', pincode: '111111', password }
    const { result } = await callCustody(client, theirs, 'POST', `/api/wallets/${made.result.id}/export`, body)
    return result.keystore
  } finally {
    await host.close()
  }
}
