import type { CustodyServices } from '../../../custody/services.ts'
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { secp256k1 } from '../../../kernel/crypto/index.ts'
import { embeddedRegistry } from '../../registries/index.ts'
import { outcomeCode } from '../../../test-fixtures/outcome-code.ts'
import { testActor, didSettings } from '../../../test-fixtures/did-settings.ts'
import { testServices } from '../../../test-fixtures/services.ts'
import { noSigningMethod } from '../../vaults/sealing-scope.ts'
import { createDidWallet } from '../create.ts'
import { openDidWalletKey, type DidWalletRow } from '../seal-key.ts'
import { signDidAuthToken } from './sign.ts'
import { type AuthenticatedDid, verifyDidAuthToken } from './verify.ts'

const registry = embeddedRegistry()
const settings = didSettings(registry)
const body = Buffer.from('{}')
const options = {
  tenant: 'default',
  audience: 'us',
  act: 'POST /wallet/rename',
  body,
  roles: ['owner', 'delegate'],
} as const

const ed25519 = generateKeyPairSync('ed25519')
const rawKey = ed25519.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)

/** A DID whose document lists an Ed25519 key under the given attribute name. */
async function didWithKey(services: CustodyServices, name: string, validity = 60): Promise<DidWalletRow> {
  const row = await createDidWallet(services, settings, testActor, { didMethod: 'spherity' }, noSigningMethod)
  const change = { kind: 'attribute', name, value: rawKey, validity } as const
  const prepared = await registry.prepare(services, 'default', row.address, change)
  const signature = secp256k1.sign(prepared.digest, await openDidWalletKey(services, row, undefined))
  await registry.submit(services, testActor, randomUUID(), prepared, signature)
  return row
}

function verify(services: CustodyServices, row: DidWalletRow, claims: object = {}): Promise<AuthenticatedDid> {
  const bod = createHash('sha256').update(body).digest('base64url')
  const exp = Math.floor(services.now() / 1000) + 60
  const all = { iss: row.did, aud: 'us', exp, jti: randomUUID(), act: options.act, bod, ...claims }
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const input = `${part({ alg: 'EdDSA', typ: 'JWT' })}.${part(all)}`
  const signature = sign(null, Buffer.from(input), ed25519.privateKey).toString('base64url')
  return verifyDidAuthToken(services, settings, `${input}.${signature}`, options)
}

describe('x-did-auth tokens signed with Ed25519', () => {
  it.each(['did/pub/Ed25519/veriKey/hex', 'did/pub/Ed25519/sigAuth/base64', 'did/pub/Ed25519/veriKey/base58'])(
    'authenticates a delegate if the document lists the key (%s)',
    async (name) => {
      const services = testServices()
      const row = await didWithKey(services, name)
      expect(await verify(services, row)).toEqual({ did: row.did, role: 'delegate', address: undefined })
    },
  )

  it('rejects a key that the document lists for key agreement only, does not list, or lists no longer', async () => {
    const services = testServices()
    expect(await outcomeCode(verify(services, await didWithKey(services, 'did/pub/X25519/enc/hex')))).toBe(
      'did-auth.invalid',
    )
    const bare = await createDidWallet(services, settings, testActor, { didMethod: 'spherity' }, noSigningMethod)
    expect(await outcomeCode(verify(services, bare))).toBe('did-auth.invalid')
    const short = await didWithKey(services, 'did/pub/Ed25519/veriKey/hex', 5)
    const later = { ...services, now: () => Date.now() + 10_000 }
    expect(await outcomeCode(verify(later, short))).toBe('did-auth.invalid')
  })

  it('accepts exactly one of several concurrent uses', async () => {
    const services = testServices()
    const row = await didWithKey(services, 'did/pub/Ed25519/veriKey/hex')
    const codes = await Promise.all(
      Array.from({ length: 10 }, () => outcomeCode(verify(services, row, { jti: 'one' }))),
    )
    expect(codes.filter((code) => code === 'done')).toHaveLength(1)
  })

  it('rejects a key that only the registry of another tenant lists', async () => {
    const services = testServices()
    const row = await didWithKey(services, 'did/pub/Ed25519/veriKey/hex')
    const foreign = { ...options, tenant: 'other' }
    const exp = Math.floor(services.now() / 1000) + 60
    const claims = {
      iss: row.did,
      aud: 'us',
      exp,
      jti: '1',
      act: options.act,
      bod: createHash('sha256').update(body).digest('base64url'),
    }
    const input = [{ alg: 'EdDSA' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const token = `${input}.${sign(null, Buffer.from(input), ed25519.privateKey).toString('base64url')}`
    expect(await outcomeCode(verifyDidAuthToken(services, settings, token, foreign))).toBe('did-auth.invalid')
    expect(await outcomeCode(verifyDidAuthToken(services, settings, token, options))).toBe('done')
  })
})

it('accepts a token from a host whose clock is 30 seconds ahead or behind', async () => {
  const services = testServices()
  const row = await createDidWallet(services, settings, testActor, { didMethod: 'spherity' }, noSigningMethod)
  const bod = createHash('sha256').update(body).digest('base64url')
  for (const seconds of [-30, 30]) {
    const request = { did: row.did, act: options.act, bod, audience: 'us' }
    const { token } = await signDidAuthToken(services, settings, testActor, request, noSigningMethod)
    const elsewhere = { ...services, now: () => Date.now() + seconds * 1000 }
    expect(await outcomeCode(verifyDidAuthToken(elsewhere, settings, token, options))).toBe('done')
  }
})
