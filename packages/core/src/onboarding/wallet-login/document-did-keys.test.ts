import { base58 } from '@scure/base'
import { Wallet } from 'ethers'
import { describe, expect, it } from 'vitest'
import { documentDidKeyResolver } from './document-did-keys.ts'
import { portableDidResolver } from './portable-did-resolver.ts'

const wallet = Wallet.createRandom()
const compressed = Buffer.from(wallet.signingKey.compressedPublicKey.slice(2), 'hex')
const publicKey = wallet.signingKey.publicKey.slice(4)
const multibase = `z${base58.encode(Buffer.concat([Buffer.of(0xe7, 0x01), compressed]))}`
const part = (from: number): string => Buffer.from(publicKey.slice(from, from + 64), 'hex').toString('base64url')
const jwk = { kty: 'EC', crv: 'secp256k1', x: part(0), y: part(64) }
const keysOf = (did: string) => documentDidKeyResolver(portableDidResolver({ webHosts: 'any' }))(did, 'default')

describe('a DID that contains its key', () => {
  it('as did:key authenticates the key', async () => {
    const did = `did:key:${multibase}`
    expect(did).toMatch(/^did:key:zQ3s/)
    expect(await keysOf(did)).toEqual([{ id: `${did}#${multibase}`, publicKey }])
  })

  it('as did:jwk authenticates the key', async () => {
    const did = `did:jwk:${Buffer.from(JSON.stringify(jwk)).toString('base64url')}`
    expect(await keysOf(did)).toEqual([{ id: `${did}#0`, publicKey }])
  })

  it.each([
    'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
    'did:key:zQ3s',
    'did:key:not-base58',
    'did:jwk:e30',
    'did:jwk:%%',
    `did:jwk:${Buffer.from('{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}').toString('base64url')}`,
    `did:key:z${'1'.repeat(5000)}`,
  ])('has no key for %s', async (did) => {
    expect((await keysOf(did)) ?? []).toEqual([])
  })
})

describe('a DID document of another method', () => {
  const resolve = (didDocument: unknown) =>
    documentDidKeyResolver({ resolve: async () => ({ didDocument }) })('did:example:1', 'default')
  const method = (id: string, more: object) => ({ id, type: 'Any', controller: 'did:example:1', ...more })

  it('authenticates the secp256k1 keys and accounts under authentication, in every encoding', async () => {
    const address = wallet.address
    const found = await resolve({
      id: 'did:example:1',
      verificationMethod: [
        method('did:example:1#hex', { publicKeyHex: compressed.toString('hex') }),
        method('#base58', { publicKeyBase58: base58.encode(compressed) }),
        method('#account', { blockchainAccountId: `eip155:1:${address}` }),
        method('#other', { publicKeyHex: compressed.toString('hex') }),
        'no method',
      ],
      authentication: ['did:example:1#hex', '#base58', '#account', method('#inside', { publicKeyJwk: jwk })],
      assertionMethod: ['#other'],
    })
    expect(found).toEqual([
      { id: 'did:example:1#hex', publicKey },
      { id: 'did:example:1#base58', publicKey },
      { id: 'did:example:1#account', address: address.toLowerCase() },
      { id: 'did:example:1#inside', publicKey },
    ])
  })

  it.each([undefined, null, {}, { id: 'did:example:2', authentication: [] }, 'text'])(
    'is refused if it is %j, which is not that of the DID',
    async (document) => {
      expect(await resolve(document)).toBeUndefined()
    },
  )
})

describe('did:web', () => {
  it.each([
    'did:web:localhost',
    'did:web:127.0.0.1',
    'did:web:[::1]',
    'did:web:10.0.0.1%3A443',
    'did:web:example.com:..:secret',
    'did:web:user@example.com',
    'did:web:example.com%2F',
    'did:web:',
  ])('fetches nothing for %s', async (did) => {
    expect(await keysOf(did)).toBeUndefined()
  })
})
