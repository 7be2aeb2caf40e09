import { createPublicKey } from 'node:crypto'
import { memoryStorage } from '@billfold/core'
import { describeThresholdSigner, thresholdSignerCases } from '@billfold/testing'
import { computeAddress } from 'ethers'
import { describe, expect, it } from 'vitest'
import { createDidHost, createExternalKey } from './did-host.ts'
import { createFakeSigner } from './fake-signer.ts'
import { createInMemoryDidClient } from './two-did-hosts.ts'

describeThresholdSigner('the fake signer of these suites', async () => {
  const signer = createFakeSigner()
  return { signers: [signer, signer], close: async () => {} }
})

it('a signer that breaks its contract fails the conformance suite', async () => {
  const signer = createFakeSigner()
  const broken = [
    { ...signer, createKey: () => createFakeSigner().createKey('any') },
    { ...signer, destroyKey: async () => {} },
    {
      ...signer,
      sign: async (id: string, hash: Uint8Array) =>
        signer.sign(
          id,
          hash.map((byte) => byte ^ 1),
        ),
    },
  ]
  for (const one of broken) {
    const outcomes = await Promise.allSettled(thresholdSignerCases.map(({ run }) => run([one, one])))
    expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true)
  }
})

describe('a wallet in an MPC vault', () => {
  it('returns its key in DER, signs through the signer, and destroys its key on deletion', async () => {
    const admin = createExternalKey()
    const signer = createFakeSigner()
    const dids = { adminDids: [admin.did], thresholdSigner: signer }
    const host = await createDidHost(memoryStorage(), { admin, dids })
    const { call, createWallet, callWithKey, callAsWallet } = createInMemoryDidClient(host)
    const { id: vaultId } = await host.billfold.wallets.createVault({ kind: 'MPC' })
    const made = await createWallet({ vaultId })
    expect(made).toMatchObject({ vaultId, isHDWallet: false })
    const key = createPublicKey({ key: Buffer.from(made.publicKeyDER, 'hex'), format: 'der', type: 'spki' })
    expect(key.asymmetricKeyDetails).toEqual({ namedCurve: 'secp256k1' })
    expect(made.publicKeyDER.endsWith(made.publicKeyHex)).toBe(true)
    expect(made.ethereumAddress).toBe(computeAddress(`0x${made.publicKeyHex}`))
    const json = { wallet: { did: made.did }, walletConfig: { txsInput: [{ service: { name: 'A', value: 'x' } }] } }
    expect((await callAsWallet(made.did, 'POST /wallet/configure', json)).status).toBe(200)
    expect((await callWithKey(admin, 'DELETE /wallet', { ids: [made._id] })).body.ids).toEqual([made._id])
    await expect(signer.sign(made._id, new Uint8Array(32))).rejects.toThrow('no such key')
    expect((await call('GET', `/wallets?vaultId=${vaultId}`)).body).toEqual({ wallets: [] })
  })

  it('is deleted while the signer is unreachable, and its key destroyed later', async () => {
    let later = 0
    const admin = createExternalKey()
    const signer = createFakeSigner()
    let isDown = true
    const destroyKey = (id: string): Promise<void> =>
      isDown ? Promise.reject(new Error('the signer is not there')) : signer.destroyKey(id)
    const dids = { adminDids: [admin.did], thresholdSigner: { ...signer, destroyKey } }
    const host = await createDidHost(memoryStorage(), { admin, dids, now: () => Date.now() + later })
    const { createWallet, callWithKey } = createInMemoryDidClient(host)
    const { id: vaultId } = await host.billfold.wallets.createVault({ kind: 'MPC' })
    const made = [await createWallet({ vaultId }), await createWallet({ vaultId })]
    const ids = made.map(({ _id }) => _id)
    const { status, body } = await callWithKey(admin, 'DELETE /wallet', { ids })
    expect([status, body]).toEqual([200, { ids, dids: made.map(({ did }) => did) }])
    await host.billfold.maintain()
    for (const id of ids) await expect(signer.sign(id, new Uint8Array(32))).resolves.toBeDefined()
    isDown = false
    later = 60 * 60 * 1000
    await host.billfold.maintain()
    for (const id of ids) await expect(signer.sign(id, new Uint8Array(32))).rejects.toThrow('no such key')
  })

  it('leaves no key if its alias is taken', async () => {
    const signer = createFakeSigner()
    const created: string[] = []
    const createKey = (id: string): Promise<Uint8Array> => {
      created.push(id)
      return signer.createKey(id)
    }
    const host = await createDidHost(memoryStorage(), { dids: { thresholdSigner: { ...signer, createKey } } })
    const { call, createWallet } = createInMemoryDidClient(host)
    const { id: vaultId } = await host.billfold.wallets.createVault({ kind: 'MPC' })
    await createWallet({ alias: 'taken' })
    expect((await call('POST', '/wallet', { wallet: { vaultId, alias: 'taken' } })).status).toBe(409)
    expect(created).toHaveLength(1)
    await expect(signer.sign(created[0] ?? '', new Uint8Array(32))).rejects.toThrow('no such key')
  })
})
