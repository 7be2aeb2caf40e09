import { createPublicKey } from 'node:crypto'
import { memoryStorage } from '@billfold/core'
import { describeThresholdSigner, thresholdSignerCases } from '@billfold/testing'
import { computeAddress } from 'ethers'
import { describe, expect, it } from 'vitest'
import { didHost, outsider } from './did-host.ts'
import { standInSigner } from './stand-in-signer.ts'
import { callerOf } from './two-did-hosts.ts'

describeThresholdSigner('the stand-in of these suites', async () => {
  const signer = standInSigner()
  return { signers: [signer, signer], close: async () => {} }
})

it('a signer that breaks its contract does not pass the suite', async () => {
  const signer = standInSigner()
  const broken = [
    { ...signer, createKey: () => standInSigner().createKey('any') },
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
  it('shows its key in DER, signs through the signer, and loses its key when it is deleted', async () => {
    const admin = outsider()
    const signer = standInSigner()
    const dids = { adminDids: [admin.did], thresholdSigner: signer }
    const host = await didHost(memoryStorage(), { admin, dids })
    const { call, wallet, as, asWallet } = callerOf(host)
    const { id: vaultId } = await host.billfold.wallets.createVault({ kind: 'MPC' })
    const made = await wallet({ vaultId })
    expect(made).toMatchObject({ vaultId, isHDWallet: false })
    const key = createPublicKey({ key: Buffer.from(made.publicKeyDER, 'hex'), format: 'der', type: 'spki' })
    expect(key.asymmetricKeyDetails).toEqual({ namedCurve: 'secp256k1' })
    expect(made.publicKeyDER.endsWith(made.publicKeyHex)).toBe(true)
    expect(made.ethereumAddress).toBe(computeAddress(`0x${made.publicKeyHex}`))
    const json = { wallet: { did: made.did }, walletConfig: { txsInput: [{ service: { name: 'A', value: 'x' } }] } }
    expect((await asWallet(made.did, 'POST /wallet/configure', json)).status).toBe(200)
    expect((await as(admin, 'DELETE /wallet', { ids: [made._id] })).body.ids).toEqual([made._id])
    await expect(signer.sign(made._id, new Uint8Array(32))).rejects.toThrow('no such key')
    expect((await call('GET', `/wallets?vaultId=${vaultId}`)).body).toEqual({ wallets: [] })
  })
})
