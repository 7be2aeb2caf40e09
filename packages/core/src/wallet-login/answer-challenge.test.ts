import { Wallet as EthersWallet } from 'ethers'
import { privateKeyToAccount, generatePrivateKey } from 'viem/accounts'
import { beforeEach, describe, expect, it } from 'vitest'
import { auditRecords } from '../audit/table.ts'
import { localKeyring, newKey } from '../crypto/index.ts'
import { usedOnce } from '../replays/table.ts'
import type { Services } from '../services.ts'
import { codeOf } from '../test-fixtures/code-of.ts'
import { testServices } from '../test-fixtures/services.ts'
import { tokenIssuer } from '../tokens/index.ts'
import { answerChallenge, issueChallenge, type WalletLoginSettings } from './index.ts'
import { readWalletName } from './wallet.ts'

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

async function challengeFor(name?: string, settings: WalletLoginSettings = {}) {
  const bound = name === undefined ? undefined : readWalletName(name)
  const challenge = await issueChallenge(services, settings, { tenant, ip, wallet: bound })
  return { ...challenge, nonce: payload(challenge.jwt).nonce as string }
}

const answer = (jwt: string, signature: string, more: object = {}, settings: WalletLoginSettings = {}) =>
  answerChallenge(services, settings, { tenant, ip, jwt, signature, ...more })

describe('a challenge', () => {
  it('says what existing wallets read', async () => {
    const { jwt } = await challengeFor()
    const claims = payload(jwt)
    expect(claims).toMatchObject({ sub: ip, nonce: expect.stringMatching(/^[0-9a-f]{64}$/), jti: expect.any(String) })
    expect(claims.challenge).toBe(claims.nonce)
    expect(claims.exp - claims.iat).toBe(300)
    const again = Buffer.from(JSON.stringify(claims)).toString('base64url')
    expect(jwt.split('.')[1]).toBe(again)
  })

  it('is answered with a signature of its nonce by ethers and by viem', async () => {
    const key = generatePrivateKey()
    for (const account of [new EthersWallet(key), privateKeyToAccount(key)]) {
      const { jwt, nonce } = await challengeFor()
      const signature =
        'signingKey' in account ? await account.signMessage(nonce) : await account.signMessage({ message: nonce })
      const made = await answer(jwt, signature)
      expect(made.wallet.address).toBe(account.address.toLowerCase())
      expect(payload(made.jwt)).toMatchObject({ sub: made.wallet.publicKey, wallet: made.wallet.address })
      expect(made.wallet.publicKey).toMatch(/^[0-9a-f]{128}$/)
    }
  })

  it('is answered once, and the answer is in the audit trail', async () => {
    const { jwt, nonce } = await challengeFor()
    const signature = await wallet.signMessage(nonce)
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => answer(jwt, signature)))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const records = await services.storage.find(auditRecords)
    expect(records.map(({ act }) => act)).toEqual(['wallet.logged-in'])
  })

  it('is not used up by a wrong answer', async () => {
    const { jwt, nonce } = await challengeFor(wallet.address)
    const stranger = new EthersWallet(generatePrivateKey())
    expect(await codeOf(answer(jwt, await stranger.signMessage(nonce)))).toBe('login.refused')
    expect(await services.storage.find(usedOnce)).toEqual([])
    expect((await answer(jwt, await wallet.signMessage(nonce))).wallet.address).toBe(wallet.address.toLowerCase())
  })

  it.each([
    ['its address', () => wallet.address],
    ['its public key', () => wallet.signingKey.publicKey],
    ['its compressed public key', () => wallet.signingKey.compressedPublicKey],
    ['its DID', () => `did:ethr:${wallet.address}`],
    ['its DID on another network', () => `did:ethr:sepolia:${wallet.address}`],
  ])('that names a wallet by %s is answered by that wallet alone', async (_what, name) => {
    const { jwt, nonce } = await challengeFor(name())
    const stranger = new EthersWallet(generatePrivateKey())
    expect(await codeOf(answer(jwt, await stranger.signMessage(nonce)))).toBe('login.refused')
    const signature = await wallet.signMessage(nonce)
    const other = await challengeFor(name())
    expect(await codeOf(answer(other.jwt, signature))).toBe('login.refused')
    const flipped = signature.slice(0, -2) + (signature.endsWith('1b') ? '1c' : '1b')
    expect(await codeOf(answer(jwt, flipped))).toBe('login.refused')
    await answer(jwt, signature)
  })

  it('that names no wallet never logs the signer of another nonce in', async () => {
    const { jwt } = await challengeFor()
    const signature = await wallet.signMessage((await challengeFor()).nonce)
    const outcome = await answer(jwt, signature).catch(() => undefined)
    expect(outcome?.wallet.address).not.toBe(wallet.address.toLowerCase())
  })

  it('is answered from the address that asked, unless the host says otherwise', async () => {
    const { jwt, nonce } = await challengeFor()
    const signature = await wallet.signMessage(nonce)
    expect(await codeOf(answer(jwt, signature, { ip: '192.0.2.8' }))).toBe('login.refused')
    await answer(jwt, signature, { ip: '192.0.2.8' }, { allowOtherIp: true })
  })

  it('of one tenant is none in another', async () => {
    const { jwt, nonce } = await challengeFor()
    const signature = await wallet.signMessage(nonce)
    expect(await codeOf(answer(jwt, signature, { tenant: 'other' }))).toBe('token.invalid')
  })
})

describe('a DID in an answer', () => {
  const signed = async (keyId: string, settings?: WalletLoginSettings) => {
    const { jwt, nonce } = await challengeFor()
    return answer(jwt, await wallet.signMessage(nonce), { keyId }, settings)
  }

  it.each(['did:ethr', 'did:eth', 'did:spherity', 'did:ethr:mainnet'])(
    'of %s is taken, if it is the key’s',
    async (method) => {
      const did = `${method}:${wallet.address}`
      expect((await signed(`${did}#keys-1`)).wallet.did).toBe(did)
      const another = `${method}:0x${'1'.repeat(40)}#keys-1`
      expect(await codeOf(signed(another))).toBe('login.refused')
    },
  )

  it.each(['did:web:example.com#keys-1', 'did:key:z6Mk', 'keys-1', wallet0()])('%s is refused', async (keyId) => {
    expect(await codeOf(signed(keyId))).toBe('login.refused')
  })

  it('is looked up by the host’s resolver, and held to the key that it names', async () => {
    const did = 'did:example:1'
    const settings: WalletLoginSettings = {
      resolveDid: async (asked, of) =>
        asked === did && of === tenant
          ? [
              { id: `${did}#old`, address: `0x${'2'.repeat(40)}` },
              { id: `${did}#new`, publicKey: wallet.signingKey.publicKey },
            ]
          : undefined,
    }
    expect((await signed(`${did}#new`, settings)).wallet.did).toBe(did)
    expect((await signed(`${did}#keys-1`, settings)).wallet.did).toBe(did)
    expect(await codeOf(signed(`${did}#old`, settings))).toBe('login.refused')
    expect(await codeOf(signed(`${did}#other`, settings))).toBe('login.refused')
    expect(await codeOf(signed('did:example:2#new', settings))).toBe('login.refused')
  })
})

describe('Sign-In with Ethereum', () => {
  const settings: WalletLoginSettings = { messageFormat: 'eip4361', site }

  it('is answered with the message that the challenge brings', async () => {
    const { jwt, message = '' } = await challengeFor(wallet.address, settings)
    expect(message).toContain('example.com wants you to sign in')
    await answer(jwt, await wallet.signMessage(message), { message }, settings)
  })

  it('takes no bare nonce, and a format of `either` takes both', async () => {
    const { jwt, nonce } = await challengeFor(wallet.address, settings)
    const signature = await wallet.signMessage(nonce)
    expect(await codeOf(answer(jwt, signature, {}, settings))).toBe('login.refused')
    await answer(jwt, signature, {}, { ...settings, messageFormat: 'either' })
  })

  it.each([
    ['another site', /example\.com wants/, 'evil.example wants'],
    ['another URI', 'https://example.com/login', 'https://evil.example/login'],
    ['another chain', 'Chain ID: 1', 'Chain ID: 5'],
    ['another nonce', /Nonce: .*/, `Nonce: ${'0'.repeat(64)}`],
    ['a time long ago', /Issued At: .*/, 'Issued At: 2020-01-01T00:00:00.000Z'],
    ['an end that is past', /Expiration Time: .*/, 'Expiration Time: 2020-01-01T00:00:00.000Z'],
    ['a beginning to come', /$/, '\nNot Before: 2999-01-01T00:00:00.000Z'],
  ])('with %s in the message is refused', async (_what, from, to) => {
    const { jwt, message = '' } = await challengeFor(wallet.address, settings)
    const changed = message.replace(from, to)
    expect(changed).not.toBe(message)
    expect(await codeOf(answer(jwt, await wallet.signMessage(changed), { message: changed }, settings))).toBe(
      'login.refused',
    )
  })

  it('is refused where the message names another address than the key’s', async () => {
    const stranger = new EthersWallet(generatePrivateKey())
    const { jwt, message = '' } = await challengeFor(stranger.address, settings)
    const unbound = await challengeFor(undefined, settings)
    const retold = message.replace(/Nonce: .*/, `Nonce: ${unbound.nonce}`)
    expect(await codeOf(answer(jwt, await wallet.signMessage(message), { message }, settings))).toBe('login.refused')
    expect(await codeOf(answer(unbound.jwt, await wallet.signMessage(retold), { message: retold }, settings))).toBe(
      'login.refused',
    )
  })
})

describe('tokens', () => {
  it('signed with an older key of the keyring are good until they expire', async () => {
    const k1 = newKey()
    const older = localKeyring({ keys: { k1 }, currentKeyId: 'k1' })
    const newer = localKeyring({ keys: { k1, k2: newKey() }, currentKeyId: 'k2' })
    let now = Date.now()
    const issuer = (keyring: typeof older) => tokenIssuer({ keyring, issuer: 'test', now: () => now })
    services = { ...services, now: () => now, tokens: issuer(older) }
    const { jwt, nonce } = await challengeFor()
    const late = await challengeFor()
    services = { ...services, tokens: issuer(newer) }
    await answer(jwt, await wallet.signMessage(nonce))
    now += 300_000
    expect(await codeOf(answer(late.jwt, await wallet.signMessage(late.nonce)))).toBe('token.expired')
  })

  it('of another kind are no challenge', async () => {
    const { jwt, nonce } = await challengeFor()
    const signature = await wallet.signMessage(nonce)
    const made = await answer(jwt, signature)
    expect(await codeOf(answer(made.jwt, signature))).toBe('token.invalid')
    const [header, body] = jwt.split('.')
    const none = Buffer.from('{"alg":"none","typ":"challenge+jwt","kid":"k1"}').toString('base64url')
    for (const forged of [`${none}.${body}.`, `${header}.${body}.`, `${header}.${body}`, 'x', ''])
      expect(await codeOf(answer(forged, signature))).toBe('token.invalid')
  })
})

function wallet0(): string {
  return `0x${'1'.repeat(40)}`
}
