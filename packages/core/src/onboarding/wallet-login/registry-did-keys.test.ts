import type { CustodyServices } from '../../custody/services.ts'
import { Wallet } from 'ethers'
import { generatePrivateKey } from 'viem/accounts'
import { beforeEach, describe, expect, it } from 'vitest'
import { secp256k1 } from '../../kernel/crypto/index.ts'
import { type DidRegistry, embeddedRegistry, type RegistryChange } from '../../dids/registries/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import {
  resolveAddressDid,
  verifyChallengeResponse,
  issueChallenge,
  type DidKeyResolver,
  registryDidKeyResolver,
} from './index.ts'
import { documentDidKeyResolver } from './document-did-keys.ts'
import { portableDidResolver } from './portable-did-resolver.ts'

const tenant = 't'
const ip = '192.0.2.7'
const registry = embeddedRegistry({ networks: ['local'] })
const noFallback: DidKeyResolver = async () => undefined

let services: CustodyServices
let old: Wallet
let next: Wallet
let step = 0
beforeEach(() => {
  services = testServices()
  old = new Wallet(generatePrivateKey())
  next = new Wallet(generatePrivateKey())
})

/** Submits a change of the old wallet's DID, signed with its own key. */
async function change(registryChange: RegistryChange): Promise<void> {
  const prepared = await registry.prepare(services, tenant, old.address.toLowerCase(), registryChange)
  const signature = secp256k1.sign(prepared.digest, Buffer.from(old.privateKey.slice(2), 'hex'))
  await registry.submit(services, { tenant, id: 'test' }, `step-${step++}`, prepared, signature)
}

const transferOwnership = () => change({ kind: 'owner', newOwner: next.address.toLowerCase() })

async function logIn(
  wallet: Wallet,
  keyId: string,
  resolveDidKeys = registryDidKeyResolver(services, [registry], noFallback),
) {
  const { jwt } = await issueChallenge(services, {}, { tenant, ip })
  const { nonce } = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
  const signature = await wallet.signMessage(nonce)
  return verifyChallengeResponse(services, { resolveDidKeys }, { tenant, ip, jwt, signature, keyId })
}

describe.each(['did:spherity', 'did:eth:local', 'did:ethr:local'])('a %s DID in a registry', (method) => {
  it('authenticates its own key until ownership is transferred, then only the new owner', async () => {
    const did = `${method}:${old.address}`
    for (const key of ['keys-1', 'controller']) expect((await logIn(old, `${did}#${key}`)).wallet.did).toBe(did)
    expect(await outcomeCode(logIn(next, `${did}#keys-1`))).toBe('login.failed')
    await transferOwnership()
    for (const written of [did, did.toLowerCase()]) {
      expect(await outcomeCode(logIn(old, `${written}#keys-1`))).toBe('login.failed')
      expect(await outcomeCode(logIn(old, `${written}#controller`))).toBe('login.failed')
      expect((await logIn(next, `${written}#controller`)).wallet.did).toBe(written)
    }
  })
})

describe('a DID in a registry', () => {
  it('authenticates no key after it was deactivated', async () => {
    await change({ kind: 'owner', newOwner: `0x${'0'.repeat(40)}` })
    expect(await outcomeCode(logIn(old, `did:ethr:local:${old.address}#keys-1`))).toBe('login.failed')
  })

  it('authenticates a sigAuth delegate under its own key id, and no veriKey delegate', async () => {
    const delegate = next.address.toLowerCase()
    const did = `did:ethr:local:${old.address}`
    await change({ kind: 'delegate', delegateType: 'veriKey', delegate, validity: 600 })
    expect(await outcomeCode(logIn(next, `${did}#keys-1`))).toBe('login.failed')
    await change({ kind: 'delegate', delegateType: 'sigAuth', delegate, validity: 600 })
    expect((await logIn(next, `${did}#delegate-2`)).wallet.did).toBe(did)
    expect(await outcomeCode(logIn(next, `${did}#controller`))).toBe('login.failed')
  })

  it('of mainnet, by any of its names, is not answered by a registry that is not on it', async () => {
    await transferOwnership()
    for (const name of ['', 'mainnet:', '0x1:'])
      expect(await outcomeCode(logIn(next, `did:ethr:${name}${old.address}#controller`))).toBe('login.failed')
  })

  it('of another network is resolved by the fallback', async () => {
    const did = `did:ethr:mainnet:${old.address}`
    expect(await outcomeCode(logIn(old, `${did}#keys-1`))).toBe('login.failed')
    const resolver = registryDidKeyResolver(services, [registry], resolveAddressDid)
    expect((await logIn(old, `${did}#keys-1`, resolver)).wallet.did).toBe(did)
  })

  it('of another method is rejected; an unavailable registry is reported as such', async () => {
    expect(await outcomeCode(logIn(old, 'did:web:example.com#keys-1'))).toBe('login.failed')
    const others: DidKeyResolver = async (did) => [{ id: `${did}#own`, address: old.address }]
    const withOthers = registryDidKeyResolver(services, [registry], noFallback, others)
    expect((await logIn(old, 'did:web:example.com#own', withOthers)).wallet.did).toBe('did:web:example.com')
    expect(await outcomeCode(logIn(next, 'did:web:example.com#own', withOthers))).toBe('login.failed')
    const portable = documentDidKeyResolver(portableDidResolver())
    const withPortable = registryDidKeyResolver(services, [registry], noFallback, portable)
    const coordinate = (from: number): string =>
      Buffer.from(old.signingKey.publicKey.slice(4).slice(from, from + 64), 'hex').toString('base64url')
    const jwk = { kty: 'EC', crv: 'secp256k1', x: coordinate(0), y: coordinate(64) }
    const did = `did:jwk:${Buffer.from(JSON.stringify(jwk)).toString('base64url')}`
    expect((await logIn(old, `${did}#0`, withPortable)).wallet.did).toBe(did)
    expect(await outcomeCode(logIn(next, `${did}#0`, withPortable))).toBe('login.failed')
    const failing = (code: 'transaction.chain-unavailable' | 'did.history-too-long'): DidKeyResolver => {
      const getHistory: DidRegistry['getHistory'] = async () => {
        throw new BillfoldError(code)
      }
      return registryDidKeyResolver(services, [{ ...registry, getHistory }], noFallback)
    }
    const keyId = `did:ethr:local:${old.address}#keys-1`
    expect(await outcomeCode(logIn(old, keyId, failing('transaction.chain-unavailable')))).toBe(
      'transaction.chain-unavailable',
    )
    expect(await outcomeCode(logIn(old, keyId, failing('did.history-too-long')))).toBe('login.failed')
  })
})
