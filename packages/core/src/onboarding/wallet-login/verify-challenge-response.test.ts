import { getAddress, hashMessage, Wallet as EthersWallet } from 'ethers'
import { privateKeyToAccount, generatePrivateKey } from 'viem/accounts'
import { beforeEach, describe, expect, it } from 'vitest'
import { auditRecords } from '../../platform/audit/tables.ts'
import { localKeyring, newKey } from '../../kernel/crypto/index.ts'
import { consumedNonces } from '../../platform/replay-protection/consumed-nonces-table.ts'
import type { Services } from '../../platform/services.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createTokenIssuer } from '../../platform/tokens/index.ts'
import { verifyChallengeResponse, issueChallenge, type WalletLoginSettings } from './index.ts'
import { storageRateLimiter } from '../../platform/rate-limits/index.ts'
import type { ContractSignatureVerifier } from './settings.ts'
import { parseWalletIdentifier } from './external-wallet.ts'

const tenant = 't'
const ip = '192.0.2.7'
const site = { domain: 'example.com', uri: 'https://example.com/login', statement: 'Sign in.' }

let services: Services
let wallet: EthersWallet
beforeEach(() => {
  services = testServices()
  wallet = new EthersWallet(generatePrivateKey())
})

const payload = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())

async function requestChallenge(name?: string, settings: WalletLoginSettings = {}) {
  const bound = name === undefined ? undefined : parseWalletIdentifier(name)
  const challenge = await issueChallenge(services, settings, { tenant, ip, wallet: bound })
  return { ...challenge, nonce: payload(challenge.jwt).nonce as string }
}

const respond = (jwt: string, signature: string, more: object = {}, settings: WalletLoginSettings = {}) =>
  verifyChallengeResponse(services, settings, { tenant, ip, jwt, signature, ...more })

describe('a wallet challenge', () => {
  it('contains the claims that existing wallets read', async () => {
    const { jwt } = await requestChallenge()
    const claims = payload(jwt)
    expect(claims).toMatchObject({ sub: ip, nonce: expect.stringMatching(/^[0-9a-f]{64}$/), jti: expect.any(String) })
    expect(claims.challenge).toBe(claims.nonce)
    expect(claims.exp - claims.iat).toBe(300)
    const again = Buffer.from(JSON.stringify(claims)).toString('base64url')
    expect(jwt.split('.')[1]).toBe(again)
  })

  it('accepts a signature of its nonce made by ethers and by viem', async () => {
    const key = generatePrivateKey()
    for (const account of [new EthersWallet(key), privateKeyToAccount(key)]) {
      const { jwt, nonce } = await requestChallenge()
      const signature =
        'signingKey' in account ? await account.signMessage(nonce) : await account.signMessage({ message: nonce })
      const login = await respond(jwt, signature)
      expect(login.wallet.address).toBe(account.address.toLowerCase())
      expect(payload(login.jwt)).toMatchObject({ sub: login.wallet.publicKey, wallet: login.wallet.address })
      expect(login.wallet.publicKey).toMatch(/^[0-9a-f]{128}$/)
    }
  })

  it('accepts one of ten concurrent responses and records it in the audit log', async () => {
    const { jwt, nonce } = await requestChallenge()
    const signature = await wallet.signMessage(nonce)
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => respond(jwt, signature)))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const records = await services.storage.find(auditRecords)
    expect(records.map(({ action }) => action)).toEqual(['wallet.logged-in'])
  })

  it('is not consumed by a response with an invalid signature', async () => {
    const { jwt, nonce } = await requestChallenge(wallet.address)
    const stranger = new EthersWallet(generatePrivateKey())
    expect(await outcomeCode(respond(jwt, await stranger.signMessage(nonce)))).toBe('login.failed')
    expect(await services.storage.find(consumedNonces)).toEqual([])
    expect((await respond(jwt, await wallet.signMessage(nonce))).wallet.address).toBe(wallet.address.toLowerCase())
  })

  it.each([
    ['its address', () => wallet.address],
    ['its public key', () => wallet.signingKey.publicKey],
    ['its compressed public key', () => wallet.signingKey.compressedPublicKey],
    ['its DID', () => `did:ethr:${wallet.address}`],
    ['its DID on another network', () => `did:ethr:sepolia:${wallet.address}`],
  ])('bound to a wallet by %s rejects responses of other wallets', async (_what, name) => {
    const { jwt, nonce } = await requestChallenge(name())
    const stranger = new EthersWallet(generatePrivateKey())
    expect(await outcomeCode(respond(jwt, await stranger.signMessage(nonce)))).toBe('login.failed')
    const signature = await wallet.signMessage(nonce)
    const other = await requestChallenge(name())
    expect(await outcomeCode(respond(other.jwt, signature))).toBe('login.failed')
    const flipped = signature.slice(0, -2) + (signature.endsWith('1b') ? '1c' : '1b')
    expect(await outcomeCode(respond(jwt, flipped))).toBe('login.failed')
    await respond(jwt, signature)
  })

  it('rejects a signature of the nonce of another challenge', async () => {
    const { jwt } = await requestChallenge()
    const signature = await wallet.signMessage((await requestChallenge()).nonce)
    const outcome = await respond(jwt, signature).catch(() => undefined)
    expect(outcome?.wallet.address).not.toBe(wallet.address.toLowerCase())
  })

  it('rejects a response from another IP address unless allowIpChange is set', async () => {
    const { jwt, nonce } = await requestChallenge()
    const signature = await wallet.signMessage(nonce)
    expect(await outcomeCode(respond(jwt, signature, { ip: '192.0.2.8' }))).toBe('login.failed')
    await respond(jwt, signature, { ip: '192.0.2.8' }, { allowIpChange: true })
  })

  it('is rejected in another tenant', async () => {
    const { jwt, nonce } = await requestChallenge()
    const signature = await wallet.signMessage(nonce)
    expect(await outcomeCode(respond(jwt, signature, { tenant: 'other' }))).toBe('token.invalid')
  })
})

describe('a DID in a challenge response', () => {
  const signed = async (keyId: string, settings?: WalletLoginSettings) => {
    const { jwt, nonce } = await requestChallenge()
    return respond(jwt, await wallet.signMessage(nonce), { keyId }, settings)
  }

  it.each(['did:ethr', 'did:eth', 'did:spherity', 'did:ethr:mainnet'])(
    'of method %s is accepted if it contains the address of the signing key',
    async (method) => {
      const did = `${method}:${wallet.address}`
      expect((await signed(`${did}#keys-1`)).wallet.did).toBe(did)
      const another = `${method}:0x${'1'.repeat(40)}#keys-1`
      expect(await outcomeCode(signed(another))).toBe('login.failed')
    },
  )

  it.each(['did:web:example.com#keys-1', 'did:key:z6Mk', 'keys-1', otherAddress()])(
    'is rejected for the key id %s',
    async (keyId) => {
      expect(await outcomeCode(signed(keyId))).toBe('login.failed')
    },
  )

  it('is resolved by the resolver of the host and must list the named key', async () => {
    const did = 'did:example:1'
    const settings: WalletLoginSettings = {
      resolveDidKeys: async (requested, of) =>
        requested === did && of === tenant
          ? [
              { id: `${did}#old`, address: `0x${'2'.repeat(40)}` },
              { id: `${did}#new`, publicKey: wallet.signingKey.publicKey },
            ]
          : undefined,
    }
    expect((await signed(`${did}#new`, settings)).wallet.did).toBe(did)
    expect((await signed(`${did}#keys-1`, settings)).wallet.did).toBe(did)
    expect(await outcomeCode(signed(`${did}#old`, settings))).toBe('login.failed')
    expect(await outcomeCode(signed(`${did}#other`, settings))).toBe('login.failed')
    expect(await outcomeCode(signed('did:example:2#new', settings))).toBe('login.failed')
  })
})

describe('a DID whose document may have to be fetched', () => {
  it('is resolved at most 30 times in ten minutes for one source address, whoever signs', async () => {
    services = { ...services, rateLimiter: storageRateLimiter(services.storage, () => 0) }
    const resolved: string[] = []
    const settings: WalletLoginSettings = {
      allowIpChange: true,
      resolveDidKeys: async (did) => {
        resolved.push(did)
        return undefined
      },
    }
    const logIn = async (source: string, keyId: string) => {
      const { jwt, nonce } = await requestChallenge()
      const signature = await new EthersWallet(generatePrivateKey()).signMessage(nonce)
      return outcomeCode(respond(jwt, signature, { keyId, ip: source }, settings))
    }
    for (let count = 0; count < 30; count++)
      expect(await logIn(ip, `did:web:host${count}.example#key`)).toBe('login.failed')
    expect(await logIn(ip, 'did:web:another.example#key')).toBe('rate.limited')
    expect(resolved).toHaveLength(30)
    expect(await logIn('192.0.2.8', 'did:web:another.example#key')).toBe('login.failed')
    // These contain their key.
    expect(await logIn(ip, `did:ethr:0x${'1'.repeat(40)}#controller`)).toBe('login.failed')
    expect(await logIn(ip, 'did:key:zQ3s#zQ3s')).toBe('login.failed')
  })
})

describe('Sign-In with Ethereum', () => {
  const settings: WalletLoginSettings = { messageFormat: 'eip4361', site }

  it('accepts a signature of the message of the challenge', async () => {
    const { jwt, message = '' } = await requestChallenge(wallet.address, settings)
    expect(message).toContain('example.com wants you to sign in')
    await respond(jwt, await wallet.signMessage(message), { message }, settings)
  })

  it('rejects a signed bare nonce unless the message format is `either`', async () => {
    const { jwt, nonce } = await requestChallenge(wallet.address, settings)
    const signature = await wallet.signMessage(nonce)
    expect(await outcomeCode(respond(jwt, signature, {}, settings))).toBe('login.failed')
    await respond(jwt, signature, {}, { ...settings, messageFormat: 'either' })
  })

  it.each([
    ['another site', /example\.com wants/, 'evil.example wants'],
    ['another URI', 'https://example.com/login', 'https://evil.example/login'],
    ['another chain', 'Chain ID: 1', 'Chain ID: 5'],
    ['another nonce', /Nonce: .*/, `Nonce: ${'0'.repeat(64)}`],
    ['an old issue time', /Issued At: .*/, 'Issued At: 2020-01-01T00:00:00.000Z'],
    ['a past expiration time', /Expiration Time: .*/, 'Expiration Time: 2020-01-01T00:00:00.000Z'],
    ['a future not-before time', /$/, '\nNot Before: 2999-01-01T00:00:00.000Z'],
  ])('rejects a message with %s', async (_what, from, to) => {
    const { jwt, message = '' } = await requestChallenge(wallet.address, settings)
    const changed = message.replace(from, to)
    expect(changed).not.toBe(message)
    expect(await outcomeCode(respond(jwt, await wallet.signMessage(changed), { message: changed }, settings))).toBe(
      'login.failed',
    )
  })

  it.each([
    ['the statement', (message: string, nonce: string) => message.replace('\n\nURI', `\n\nNonce: ${nonce}\n\nURI`)],
    ['a resource', (message: string, nonce: string) => `${message}\nResources:\n- urn:Nonce:${nonce}`],
    ['the request id', (message: string, nonce: string) => `${message}\nRequest ID: ${nonce}`],
  ])('rejects a message whose nonce stands only in %s (better-auth#7238)', async (_where, add) => {
    const { jwt, nonce, message = '' } = await requestChallenge(wallet.address, settings)
    const changed = add(message.replace(/Nonce: .*/, `Nonce: ${'0'.repeat(64)}`), nonce)
    const response = respond(jwt, await wallet.signMessage(changed), { message: changed }, settings)
    expect(await outcomeCode(response)).toBe('login.failed')
  })

  it('takes a message for a challenge that was issued before the wallet was known (better-auth#8116)', async () => {
    const { message = '' } = await requestChallenge(wallet.address, settings)
    const unbound = await requestChallenge(undefined, settings)
    const own = message.replace(/Nonce: .*/, `Nonce: ${unbound.nonce}`)
    const { wallet: found } = await respond(unbound.jwt, await wallet.signMessage(own), { message: own }, settings)
    expect(found.address).toBe(wallet.address.toLowerCase())
  })

  it('rejects a message that names another address than that of the signing key', async () => {
    const stranger = new EthersWallet(generatePrivateKey())
    const { jwt, message = '' } = await requestChallenge(stranger.address, settings)
    const unbound = await requestChallenge(undefined, settings)
    const withOtherNonce = message.replace(/Nonce: .*/, `Nonce: ${unbound.nonce}`)
    expect(await outcomeCode(respond(jwt, await wallet.signMessage(message), { message }, settings))).toBe(
      'login.failed',
    )
    expect(
      await outcomeCode(
        respond(unbound.jwt, await wallet.signMessage(withOtherNonce), { message: withOtherNonce }, settings),
      ),
    ).toBe('login.failed')
  })
})

describe('a contract account', () => {
  const account = `0x${'c0'.repeat(20)}`
  const signature = `0x${'5a'.repeat(100)}`
  const withVerifier = (verifyContractSignature: ContractSignatureVerifier): WalletLoginSettings => ({
    messageFormat: 'either',
    site: { ...site, chainIds: [1, 10] },
    verifyContractSignature,
  })

  it('is verified with the hash of its message on the chain that the message names, and is its chain and address', async () => {
    const asked: unknown[] = []
    const settings = withVerifier(async (query) => {
      asked.push(query)
      return true
    })
    const { jwt, message = '' } = await requestChallenge(account, settings)
    const onOptimism = message.replace('Chain ID: 1', 'Chain ID: 10')
    const login = await respond(jwt, signature, { message: onOptimism }, settings)
    const digest = Uint8Array.from(Buffer.from(hashMessage(onOptimism).slice(2), 'hex'))
    expect(asked).toEqual([
      { chainId: 10, address: account, digest, signature: Uint8Array.from(Buffer.alloc(100, 0x5a)) },
    ])
    expect(login.wallet).toEqual({ account: `eip155:10:${account}`, address: account })
    expect(payload(login.jwt)).toMatchObject({ sub: `eip155:10:${account}`, wallet: account })
  })

  it('is not asked for a bare nonce, another site, another account or a DID', async () => {
    let asked = 0
    const settings = withVerifier(async () => ++asked > 0)
    const { jwt, message = '' } = await requestChallenge(account, settings)
    const other = message.replace(/0x[0-9a-fA-F]{40}/, getAddress(`0x${'d0'.repeat(20)}`))
    for (const more of [
      {},
      { message: message.replace('example.com wants', 'evil.example wants') },
      { message: message.replace('Chain ID: 1', 'Chain ID: 5') },
      { message: other },
      { message, keyId: `did:ethr:${account}#controller` },
    ])
      expect(await outcomeCode(respond(jwt, signature, more, settings))).toBe('login.failed')
    expect(asked).toBe(0)
    const byDid = await requestChallenge(`did:ethr:${account}`, settings)
    expect(await outcomeCode(respond(byDid.jwt, signature, { message: byDid.message }, settings))).toBe('login.failed')
    expect(asked).toBe(0)
  })

  it('is asked at most 30 times for one source address', async () => {
    services = { ...services, rateLimiter: storageRateLimiter(services.storage, () => 0) }
    let asked = 0
    const settings = withVerifier(async () => ++asked < 0)
    const { jwt, message } = await requestChallenge(account, settings)
    for (let count = 0; count < 30; count++)
      expect(await outcomeCode(respond(jwt, signature, { message }, settings))).toBe('login.failed')
    expect(await outcomeCode(respond(jwt, signature, { message }, settings))).toBe('rate.limited')
    expect(asked).toBe(30)
  })
})

describe('login tokens', () => {
  it('signed with an older key of the keyring are valid until they expire', async () => {
    const k1 = newKey()
    const older = localKeyring({ keys: { k1 }, currentKeyId: 'k1' })
    const newer = localKeyring({ keys: { k1, k2: newKey() }, currentKeyId: 'k2' })
    let now = Date.now()
    const issuer = (keyring: typeof older) => createTokenIssuer({ keyring, issuer: 'test', now: () => now })
    services = { ...services, now: () => now, tokens: issuer(older) }
    const { jwt, nonce } = await requestChallenge()
    const late = await requestChallenge()
    services = { ...services, tokens: issuer(newer) }
    await respond(jwt, await wallet.signMessage(nonce))
    now += 300_000
    expect(await outcomeCode(respond(late.jwt, await wallet.signMessage(late.nonce)))).toBe('token.expired')
  })

  it('of another type are rejected as challenges', async () => {
    const { jwt, nonce } = await requestChallenge()
    const signature = await wallet.signMessage(nonce)
    const login = await respond(jwt, signature)
    expect(await outcomeCode(respond(login.jwt, signature))).toBe('token.invalid')
    const [header, body] = jwt.split('.')
    const none = Buffer.from('{"alg":"none","typ":"challenge+jwt","kid":"k1"}').toString('base64url')
    for (const forged of [`${none}.${body}.`, `${header}.${body}.`, `${header}.${body}`, 'x', ''])
      expect(await outcomeCode(respond(forged, signature))).toBe('token.invalid')
  })
})

function otherAddress(): string {
  return `0x${'1'.repeat(40)}`
}
