import { computeAddress, recoverAddress } from 'ethers'
import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { expect, it } from 'vitest'
import { describeMounted } from '../hosts/describe-mounted.ts'
import type { MountedClient } from '../request-driver.ts'
import { callCustody, createCustodyHost, type CustodyHost, type CustodyReply } from './custody-host.ts'

const pincode = '4711'
let custody: CustodyHost

async function build(rawSignatures?: boolean) {
  custody = await createCustodyHost(undefined, 'default', rawSignatures === undefined ? {} : { rawSignatures })
  return custody.billfold.custody
}

const ask = (client: MountedClient, path: string, json: unknown): Promise<CustodyReply> =>
  callCustody(client, custody.authorization, 'POST', path, json)

async function sign(client: MountedClient, secretType: string, data: string, type = `${secretType}_RAW`) {
  const { result: wallet } = await ask(client, '/api/wallets', { secretType, pincode })
  const signatureRequest = { type, secretType, walletId: wallet.id, data }
  return { wallet, ...(await ask(client, '/api/signatures', { pincode, signatureRequest })) }
}

describeMounted(
  'raw signatures, disabled,',
  () => build(),
  (client) => {
    it('are rejected with signature.raw-disabled', async () => {
      expect(await sign(client, 'ETHEREUM', '00'.repeat(32))).toMatchObject({
        status: 403,
        codes: ['signature.raw-disabled'],
      })
      const { json } = await client.request('GET', '/openapi.json')
      expect(JSON.stringify(json)).toContain('ETHEREUM_RAW')
    })
  },
)

describeMounted(
  'raw signatures, enabled,',
  () => build(true),
  (client) => {
    it.each(['ETHEREUM', 'MATIC', 'TRON', 'BITCOIN'])('of %s sign the hash unchanged', async (secretType) => {
      const hash = `0x${randomBytes(32).toString('hex')}`
      const { wallet, result } = await sign(client, secretType, hash)
      const { result: exported } = await ask(client, `/api/wallets/${wallet.id}/export`, {
        type: 'PRIVATE_KEY',
        pincode,
      })
      const signer = recoverAddress(hash, { r: result.r, s: result.s, v: Number(result.v) })
      // Wallet import format: version byte, key, compression byte, four checksum bytes.
      const key = secretType === 'BITCOIN' ? base58Hex(exported.privateKey).slice(2, 66) : exported.privateKey
      expect(signer).toBe(computeAddress(`0x${key.replace(/^0x/, '')}`))
    })

    it.each([['00'.repeat(31)], ['00'.repeat(33)], [''], ['0x'], ['zz'.repeat(32)], ['hello']])(
      'of secp256k1 chains require 32 bytes and reject %j',
      async (data) => {
        expect(await sign(client, 'ETHEREUM', data)).toMatchObject({
          status: 400,
          codes: ['signatureRequest.data'],
        })
      },
    )

    it('of Solana sign the bytes unchanged', async () => {
      const data = randomBytes(100)
      const { wallet, result } = await sign(client, 'SOLANA', data.toString('hex'))
      const signature = Buffer.from(result.signature.slice(2), 'hex')
      expect(verify(null, data, ed25519Key(wallet.address), signature)).toBe(true)
      expect(verify(null, Buffer.from('other'), ed25519Key(wallet.address), signature)).toBe(false)
    })

    it('are limited in length', async () => {
      expect((await sign(client, 'SOLANA', '00'.repeat(65_536))).status).toBe(200)
      expect(await sign(client, 'SOLANA', '00'.repeat(65_537))).toMatchObject({
        status: 400,
        codes: ['signatureRequest.data'],
      })
    })

    it("are rejected for another chain's type or a wrong pincode", async () => {
      expect(await sign(client, 'ETHEREUM', '00'.repeat(32), 'SOLANA_RAW')).toMatchObject({
        status: 400,
        codes: ['signatureRequest.type'],
      })
      const { result: wallet } = await ask(client, '/api/wallets', { secretType: 'ETHEREUM', pincode })
      const signatureRequest = {
        type: 'ETHEREUM_RAW',
        secretType: 'ETHEREUM',
        walletId: wallet.id,
        data: '00'.repeat(32),
      }
      const rejected = await ask(client, '/api/signatures', { pincode: '0000', signatureRequest })
      expect(rejected).toMatchObject({ status: 403, codes: ['pincode.incorrect'] })
    })
  },
  // The limit of the host's parsers is below the longest data.
  { only: ({ prefix, parser }) => prefix === '' && !parser },
)

function base58Hex(text: string): string {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  return [...text].reduce((sum, digit) => sum * 58n + BigInt(alphabet.indexOf(digit)), 0n).toString(16)
}

/** Converts a Solana address (base58) to a public key of node:crypto. */
function ed25519Key(address: string) {
  const x = Buffer.from(base58Hex(address).padStart(64, '0'), 'hex').toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}
