import { randomBytes } from 'node:crypto'
import { memoryStorage } from '@billfold/core'
import type { PasskeyVerifier } from '@billfold/core/modules'
import { batch, update } from '@billfold/core/storage'
import { createTestUser, describeModule } from '@billfold/testing'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { passkeyErrors } from './declarations.ts'
import { passkeys } from './passkeys.ts'
import { passkeyCredentials } from './tables.ts'
import { createPasskeyBillfold, outcome, type PasskeyBillfold, relyingParty } from './test-fixtures/passkey-host.ts'
import { createSoftwareAuthenticator, type Deviations, type SoftwareAuthenticator } from '@billfold/test-authenticator'
import { maxPasskeys } from './user-handles.ts'
import { simpleWebAuthnVerifier } from './verifier/simple-webauthn-verifier.ts'

describeModule('passkeys', () => ({
  module: passkeys(relyingParty),
  fill: async (billfold, userId) => {
    const options = await billfold.passkeys.registrationOptions(userId, { userName: 'ada' })
    await billfold.passkeys.register(userId, createSoftwareAuthenticator().create(options))
  },
}))

const ip = '203.0.113.7'
let storage = memoryStorage()
let billfold: PasskeyBillfold
let authenticator: SoftwareAuthenticator
let userId: string

async function register(deviations: Deviations = {}, host = billfold): Promise<string> {
  const options = await host.passkeys.registrationOptions(userId, { userName: 'ada' })
  const { id } = await host.passkeys.register(userId, authenticator.create(options, deviations), { name: 'My phone' })
  return id
}

async function signIn(deviations: Deviations = {}, host = billfold) {
  return host.passkeys.authenticate(authenticator.get(await host.passkeys.authenticationOptions({ ip }), deviations))
}

beforeEach(async () => {
  storage = memoryStorage()
  billfold = createPasskeyBillfold({}, { storage })
  authenticator = createSoftwareAuthenticator()
  userId = await createTestUser(storage)
})

describe('registration', () => {
  test('stores a passkey with what the authenticator says, under a handle that is not the user id', async () => {
    const options = await billfold.passkeys.registrationOptions(userId, { userName: 'ada', displayName: 'Ada' })
    expect(options).toMatchObject({
      rp: { id: 'example.com', name: 'Example' },
      user: { name: 'ada', displayName: 'Ada' },
      pubKeyCredParams: [{ alg: -7 }, { alg: -8 }, { alg: -257 }],
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      extensions: { prf: {} },
    })
    expect(Buffer.from(options.user.id, 'base64url')).toHaveLength(32)
    const made = await billfold.passkeys.register(userId, authenticator.create(options), { name: 'My phone' })
    expect(made).toMatchObject({ name: 'My phone', prf: true, backupEligible: false, backedUp: false })
    expect(await billfold.passkeys.list(userId)).toEqual([made])
    const { user, excludeCredentials } = await billfold.passkeys.registrationOptions(userId, { userName: 'ada' })
    expect(user.id).toBe(options.user.id)
    expect(excludeCredentials).toEqual([{ type: 'public-key', id: made.credentialId, transports: ['internal'] }])
    const { records } = await billfold.audit.search({ action: 'passkey.created' })
    expect(records).toMatchObject([{ subject: made.id }])
  })

  test.each([
    ['another origin', { origin: 'https://example.org' }, 'passkey.origin-refused'],
    ['a frame', { crossOrigin: true, topOrigin: 'https://example.org' }, 'passkey.origin-refused'],
    ['another relying party', { rpId: 'example.org' }, 'passkey.rp-id-refused'],
    ['an unverified user', { userVerified: false }, 'passkey.user-unverified'],
    ['another challenge', { challenge: randomBytes(32).toString('base64url') }, 'passkey.challenge-invalid'],
    ['an assertion in its place', { type: 'webauthn.get' }, 'passkey.invalid'],
  ])('refuses %s', async (_, deviations, code) => {
    expect(await outcome(register(deviations))).toBe(code)
    expect(await billfold.passkeys.list(userId)).toEqual([])
  })

  test('refuses an algorithm that was not offered', async () => {
    const host = createPasskeyBillfold({ verifier: simpleWebAuthnVerifier({ algorithms: [-7] }) }, { storage })
    expect(await outcome(register({ algorithm: 'ed25519' }, host))).toBe('passkey.algorithm-refused')
    expect(await outcome(register({ algorithm: 'ed25519' }))).toBe('done')
    expect(await outcome(signIn())).toBe('done')
  })

  test('refuses a challenge that was used, has expired, or is for another user', async () => {
    const options = await billfold.passkeys.registrationOptions(userId, { userName: 'ada' })
    const other = await createTestUser(storage)
    const response = authenticator.create(options)
    expect(await outcome(billfold.passkeys.register(other, response))).toBe('passkey.challenge-invalid')
    const later = createPasskeyBillfold({}, { storage, now: () => Date.now() + 5 * 60 * 1000 + 1 })
    expect(await outcome(later.passkeys.register(userId, response))).toBe('passkey.challenge-invalid')
    expect(await outcome(billfold.passkeys.register(userId, response))).toBe('done')
    expect(await outcome(billfold.passkeys.register(userId, response))).toBe('passkey.challenge-invalid')
  })

  test('refuses a credential that is registered, also for another user', async () => {
    const { id, rawId, type, clientExtensionResults, response } = authenticator.create(
      await billfold.passkeys.registrationOptions(userId, { userName: 'ada' }),
    )
    const first = { id, rawId, type, clientExtensionResults, response }
    await billfold.passkeys.register(userId, first)
    const other = await createTestUser(storage)
    const { challenge } = await billfold.passkeys.registrationOptions(other, { userName: 'mallory' })
    const clientData = { type: 'webauthn.create', challenge, origin: 'https://example.com' }
    const clientDataJSON = Buffer.from(JSON.stringify(clientData)).toString('base64url')
    const stolen = { ...first, response: { ...response, clientDataJSON } }
    expect(await outcome(billfold.passkeys.register(other, stolen))).toBe('passkey.exists')
  })

  test('refuses the output of the PRF extension, which must stay in the browser', async () => {
    const response = authenticator.create(await billfold.passkeys.registrationOptions(userId, { userName: 'ada' }))
    const clientExtensionResults = { prf: { enabled: true, results: { first: randomBytes(32).toString('base64url') } } }
    const sent = { ...response, clientExtensionResults }
    expect(await outcome(billfold.passkeys.register(userId, sent))).toBe('passkey.prf-output-sent')
  })

  test('refuses attestations without a trusted root when roots are set, and makes that are not allowed', async () => {
    const roots = [new Uint8Array(32)]
    const attesting = createPasskeyBillfold({ attestation: { type: 'direct', roots } }, { storage })
    expect(await outcome(register({}, attesting))).toBe('passkey.attestation-refused')
    const picky = createPasskeyBillfold({ allowedAaguids: ['08987058-cadc-4b81-b6e1-30de50dcbe96'] }, { storage })
    expect(await outcome(register({}, picky))).toBe('passkey.authenticator-refused')
  })

  test('allows twenty passkeys of a user', async () => {
    for (let count = 0; count < maxPasskeys; count++) await register()
    expect(await outcome(register())).toBe('passkey.limit-reached')
  })

  test('refuses 64 KiB of nested CBOR', async () => {
    const response = authenticator.create(await billfold.passkeys.registrationOptions(userId, { userName: 'ada' }))
    const attestationObject = Buffer.alloc(64 * 1024, 0x81).toString('base64url')
    const hostile = { ...response, response: { ...response.response, attestationObject } }
    expect(await outcome(billfold.passkeys.register(userId, hostile))).toBe('passkey.invalid')
  })
})

describe('sign-in', () => {
  test('tells who it is, that the user was verified, and how', async () => {
    const passkeyId = await register()
    expect(await signIn()).toEqual({ userId, passkeyId, userVerified: true, amr: ['hwk', 'user'] })
    const [passkey] = await billfold.passkeys.list(userId)
    expect(passkey?.lastUsedAt).toBeTypeOf('number')
    const { records } = await billfold.audit.search({ action: 'passkey.signed-in' })
    expect(records).toMatchObject([{ subject: userId, detail: { passkeyId } }])
  })

  test('offers no input of the PRF extension', async () => {
    await register()
    expect(await billfold.passkeys.authenticationOptions({ ip, userId })).not.toHaveProperty('extensions')
  })

  test('counts a passkey without user verification as one factor, if that is allowed', async () => {
    const host = createPasskeyBillfold({ userVerification: 'preferred' }, { storage })
    await register({ userVerified: false, backupEligible: true }, host)
    const used = await signIn({ userVerified: false, backupEligible: true }, host)
    expect(used).toMatchObject({ userVerified: false, amr: ['swk'] })
  })

  test.each([
    ['another origin', { origin: 'https://example.org' }, 'passkey.origin-refused'],
    ['another relying party', { rpId: 'example.org' }, 'passkey.rp-id-refused'],
    ['an unverified user', { userVerified: false }, 'passkey.user-unverified'],
    ['an unknown challenge', { challenge: randomBytes(32).toString('base64url') }, 'passkey.challenge-invalid'],
    ['the handle of somebody else', { userHandle: randomBytes(32).toString('base64url') }, 'passkey.unknown'],
    ['no handle', { userHandle: null }, 'passkey.unknown'],
    ['a registration in its place', { type: 'webauthn.create' }, 'passkey.invalid'],
    ['other backup flags', { backupEligible: true }, 'passkey.invalid'],
  ])('refuses %s', async (_, deviations, code) => {
    await register()
    expect(await outcome(signIn(deviations))).toBe(code)
    expect(await outcome(signIn())).toBe('done')
  })

  test('refuses the passkey of another user if one was named, and a passkey that was removed', async () => {
    await register()
    const other = await createTestUser(storage)
    const options = await billfold.passkeys.authenticationOptions({ ip, userId: other })
    expect(options.allowCredentials).toEqual([])
    expect(await outcome(billfold.passkeys.authenticate(authenticator.get(options)))).toBe('passkey.unknown')
    const [passkey] = await billfold.passkeys.list(userId)
    const accepted = await billfold.passkeys.remove(userId, passkey?.id ?? '')
    expect(accepted).toMatchObject({ rpId: 'example.com', allAcceptedCredentialIds: [] })
    expect(await outcome(signIn())).toBe('passkey.unknown')
  })

  test('refuses a sign count that goes back, and records it', async () => {
    const passkeyId = await register()
    await signIn({ signCount: 7 })
    expect(await outcome(signIn({ signCount: 7 }))).toBe('passkey.cloned')
    expect(await outcome(signIn({ signCount: 3 }))).toBe('passkey.cloned')
    expect(await outcome(signIn({ signCount: 0 }))).toBe('passkey.cloned')
    const { records } = await billfold.audit.search({ action: 'passkey.cloned' })
    expect(records.map(({ subject }) => subject)).toEqual([passkeyId, passkeyId, passkeyId])
    expect(await outcome(signIn({ signCount: 8 }))).toBe('done')
  })

  test('accepts authenticators that do not count', async () => {
    await register()
    await signIn({ signCount: 0 })
    expect(await outcome(signIn({ signCount: 0 }))).toBe('done')
  })

  test('consumes a challenge with the sign-in, and not with a refusal', async () => {
    await register()
    const options = await billfold.passkeys.authenticationOptions({ ip })
    const wrong = authenticator.get(options, { rpId: 'example.org' })
    expect(await outcome(billfold.passkeys.authenticate(wrong))).toBe('passkey.rp-id-refused')
    const response = authenticator.get(options)
    expect(await outcome(billfold.passkeys.authenticate(response))).toBe('done')
    expect(await outcome(billfold.passkeys.authenticate(response))).toBe('passkey.challenge-invalid')
  })

  test('refuses erased users', async () => {
    await register()
    await billfold.users.erase(userId)
    expect(await outcome(signIn())).toBe('passkey.unknown')
    expect(await outcome(billfold.passkeys.registrationOptions(userId, { userName: 'ada' }))).toBe('user.not-found')
  })

  test('refuses a public key that another row was given', async () => {
    await register()
    const [mine] = await storage.find(passkeyCredentials, { where: { userId } })
    await register()
    await storage.commit(
      batch(
        update(passkeyCredentials, {
          where: { id: mine?.id ?? '' },
          set: { signCount: 0, publicKey: new Uint8Array([0xa0]) },
        }),
      ),
    )
    const options = await billfold.passkeys.authenticationOptions({ ip })
    const response = authenticator.get(options, {}, mine?.credentialId)
    expect(await outcome(billfold.passkeys.authenticate(response))).toBe('passkey.signature-invalid')
  })

  test('limits the challenges of one source, without an effect on others', async () => {
    const startedAt = Date.now()
    const host = createPasskeyBillfold({}, { storage, now: () => startedAt })
    for (let count = 0; count < 60; count++) await host.passkeys.authenticationOptions({ ip })
    expect(await outcome(host.passkeys.authenticationOptions({ ip }))).toBe('rate.limited')
    expect(await outcome(host.passkeys.authenticationOptions({ ip: '203.0.113.8' }))).toBe('done')
  })
})

describe('mutated responses', () => {
  const named = new Set(Object.keys(passkeyErrors))

  /** Changes bytes of one field, keeps its encoding. */
  const mutate = (encoded: string, at: number, byte: number): string => {
    const bytes = Buffer.from(encoded, 'base64url')
    const index = at % bytes.length
    bytes[index] = bytes[index] === byte ? byte ^ 1 : byte
    return bytes.toString('base64url')
  }

  test('of registrations are refused by name', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('clientDataJSON' as const, 'attestationObject' as const),
        fc.nat(4096),
        fc.integer({ min: 0, max: 255 }),
        async (field, at, byte) => {
          const host = createPasskeyBillfold({}, { storage })
          userId = await createTestUser(storage)
          const made = authenticator.create(await host.passkeys.registrationOptions(userId, { userName: 'ada' }))
          const response = { ...made.response, [field]: mutate(made.response[field], at, byte) }
          const result = await outcome(host.passkeys.register(userId, { ...made, response }))
          // Without an attestation nobody signs a registration: other flags, counters and makes are other registrations.
          expect(new Set([...named, 'done'])).toContain(result)
        },
      ),
      { numRuns: 400 },
    )
  })

  test('of assertions are all refused, by name', async () => {
    await register()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('clientDataJSON' as const, 'authenticatorData' as const, 'signature' as const),
        fc.nat(4096),
        fc.integer({ min: 0, max: 255 }),
        async (field, at, byte) => {
          const options = await billfold.passkeys.authenticationOptions({ ip: randomBytes(4).join('.') })
          const made = authenticator.get(options)
          const response = { ...made.response, [field]: mutate(made.response[field], at, byte) }
          expect(named).toContain(await outcome(billfold.passkeys.authenticate({ ...made, response })))
        },
      ),
      { numRuns: 600 },
    )
  })

  test('of any shape are refused by name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (response) => {
        expect(named).toContain(await outcome(billfold.passkeys.authenticate(response)))
        expect(named).toContain(await outcome(billfold.passkeys.register(userId, response)))
      }),
    )
  })
})

describe('options', () => {
  test.each([
    [{ rpId: 'Example.com' }, 'rpId'],
    [{ rpId: 'https://example.com' }, 'rpId'],
    [{ rpName: ' ' }, 'rpName'],
    [{ origins: [] }, 'origins'],
    [{ origins: ['http://example.com'] }, 'origins'],
    [{ origins: ['https://example.com/login'] }, 'origins'],
    [{ origins: ['https://notexample.com'] }, 'origins'],
    [{ relatedOrigins: ['example.org'] }, 'relatedOrigins'],
    [{ topOrigins: ['example.org'] }, 'topOrigins'],
    [{ attestation: { type: 'direct', roots: [] } }, 'attestation'],
    [{ tenants: { other: { ...relyingParty, rpId: '' } } }, 'rpId'],
  ] as const)('refuse %j with an error that names %s', (options, name) => {
    expect(() => passkeys({ ...relyingParty, ...options })).toThrow(name)
  })

  test('give a tenant a relying party of its own, whose passkeys do not work for another', async () => {
    const party = { rpId: 'example.org', rpName: 'Other', origins: ['https://example.org'] }
    const host = createPasskeyBillfold({ tenants: { other: party } }, { storage })
    expect(await host.passkeys.authenticationOptions({ ip, tenant: 'other' })).toMatchObject({ rpId: 'example.org' })
    await register({}, host)
    const options = await host.passkeys.authenticationOptions({ ip, tenant: 'other' })
    const response = authenticator.get(options, { origin: 'https://example.org' })
    expect(await outcome(host.passkeys.authenticate(response, 'other'))).toBe('passkey.unknown')
  })

  test('allow pages of related origins', async () => {
    const host = createPasskeyBillfold({ relatedOrigins: ['https://example.org'] }, { storage })
    expect(await outcome(register({ origin: 'https://example.org' }, host))).toBe('done')
  })

  test('take another verifier', async () => {
    const refusing: PasskeyVerifier = {
      algorithms: [-7],
      verifyRegistration: () => Promise.resolve({ refused: 'attestation' }),
      verifyAuthentication: () => Promise.resolve({ refused: 'signature' }),
    }
    const host = createPasskeyBillfold({ verifier: refusing }, { storage })
    expect(await outcome(register({}, host))).toBe('passkey.attestation-refused')
  })
})

test('names are sealed, exported with makes and dates, and changed for one user only', async () => {
  const id = await register()
  const [row] = await storage.find(passkeyCredentials, { where: { id } })
  expect(Buffer.from(row?.sealedName ?? []).includes('My phone')).toBe(false)
  await billfold.passkeys.rename(userId, id, 'My other phone')
  const other = await createTestUser(storage)
  expect(await outcome(billfold.passkeys.rename(other, id, 'Mine'))).toBe('passkey.not-found')
  expect(await outcome(billfold.passkeys.remove(other, id))).toBe('passkey.not-found')
  const { data } = await billfold.users.export(userId)
  expect(data['passkeys']).toEqual([
    { name: 'My other phone', aaguid: '00000000-0000-0000-0000-000000000000', createdAt: expect.any(String) },
  ])
})

test('maintain() deletes expired challenges', async () => {
  const options = await billfold.passkeys.authenticationOptions({ ip })
  const later = createPasskeyBillfold({}, { storage, now: () => Date.now() + 6 * 60 * 1000 })
  await later.maintain()
  await register()
  expect(await outcome(billfold.passkeys.authenticate(authenticator.get(options)))).toBe('passkey.challenge-invalid')
})
