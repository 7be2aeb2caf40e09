import { randomBytes } from 'node:crypto'
import { createBillfold, memoryStorage } from '@billfold/core'
import { batch, update } from '@billfold/core/storage'
import { openApiDocument } from '@billfold/core/http'
import { verifyMessage } from 'ethers'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { passkeyCredentials } from './tables.ts'
import {
  addPasskey,
  type AuthorizedRequest,
  challengeFor,
  createPasskeyUser,
  type CustodyClient,
  type PasskeyUser,
  presentPasskey,
  readSalt,
  sendWithPasskey,
  signMessage,
  startCustody,
} from './test-fixtures/custody-client.ts'
import { createPasskeyBillfold, testKeyring } from './test-fixtures/passkey-host.ts'
import { createSoftwareAuthenticator, type SoftwareAuthenticator } from '@billfold/test-authenticator'

const hello = 'Hello, passkey'
const clients: CustodyClient[] = []

async function start(...parts: Parameters<typeof createPasskeyBillfold>): Promise<CustodyClient> {
  const client = await startCustody(createPasskeyBillfold(...parts))
  clients.push(client)
  return client
}

let storage = memoryStorage()
let client: CustodyClient
let authenticator: SoftwareAuthenticator
let user: PasskeyUser

const methodsOf = async (userId: string) => (await client.send('GET', `/api/users/${userId}`)).result.signingMethods
const sign = (message = hello): AuthorizedRequest => signMessage(user, message)

beforeEach(async () => {
  storage = memoryStorage()
  client = await start({}, { storage })
  authenticator = createSoftwareAuthenticator()
  user = await createPasskeyUser(client, authenticator)
})
afterEach(() => {
  for (const one of clients.splice(0)) one.close()
})

describe('the signing method PASSKEY', () => {
  test('signs a message that ethers verifies, and resets a forgotten PIN', async () => {
    const { status, result } = await sendWithPasskey(client, authenticator, user, sign())
    expect(status).toBe(200)
    expect(verifyMessage(hello, result.signature)).toBe(user.address)
    const [pinId = ''] = user.pin.split(':')
    const path = `/api/users/${user.userId}/signing-methods/${pinId}`
    const reset = await sendWithPasskey(client, authenticator, user, { method: 'PUT', path, body: { value: '8152' } })
    expect(reset.status).toBe(200)
    const { method, path: target, body } = sign()
    const byPin = (pin: string) => client.send(method, target, body, { 'signing-method': `${pinId}:${pin}` })
    expect((await byPin('8152')).status).toBe(200)
    expect((await byPin('4711')).code).toBe('signing-method.invalid')
    // The rotation of the master secret has kept the passkey.
    expect((await sendWithPasskey(client, authenticator, user, sign())).status).toBe(200)
  })

  test('is listed with its name, and what it is', async () => {
    const [, passkey] = await methodsOf(user.userId)
    expect(passkey).toMatchObject({
      id: user.methodId,
      type: 'PASSKEY',
      remainingAttempts: 10,
      name: 'My phone',
      prf: true,
      backedUp: false,
      aaguid: '00000000-0000-0000-0000-000000000000',
      credentialId: user.credentialId,
    })
  })

  test('is added by another method only, with a challenge for this user and purpose', async () => {
    expect((await addPasskey(client, authenticator, user.userId, undefined)).code).toBe('signing-method.required')
    const wrong = user.pin.replace('4711', '1234')
    expect((await addPasskey(client, authenticator, user.userId, wrong)).code).toBe('signing-method.invalid')
    const second = createSoftwareAuthenticator()
    expect((await addPasskey(client, second, user.userId, user.pin)).status).toBe(200)
  })

  test.each([
    ['another origin', { origin: 'https://example.org' }, 'passkey.origin-refused'],
    ['an unverified user', { userVerified: false }, 'passkey.user-unverified'],
    ['another relying party', { rpId: 'example.org' }, 'passkey.rp-id-refused'],
  ])('is not added for %s', async (_, deviations, code) => {
    const added = await addPasskey(client, createSoftwareAuthenticator(), user.userId, user.pin, deviations)
    expect([added.status, added.code]).toEqual([400, code])
    expect(await methodsOf(user.userId)).toHaveLength(2)
  })

  test('is not added without the PRF extension, with another value, or with the output of the extension', async () => {
    const methods = `/api/users/${user.userId}/signing-methods`
    const signed = { 'signing-method': user.pin }
    const plain = createSoftwareAuthenticator({ prf: false })
    expect(await addPasskey(client, plain, user.userId, user.pin)).toMatchObject({
      status: 400,
      code: 'passkey.prf-unavailable',
    })
    const { result: options } = await client.send('POST', `${methods}/passkey-options`, {}, signed)
    const passkey = authenticator.create(options)
    const value = authenticator.deriveValue(readSalt(options))
    const send = async (body: object) => (await client.send('POST', methods, { type: 'PASSKEY', ...body }, signed)).code
    expect(await send({ value })).toBe('passkey.invalid')
    expect(await send({ passkey })).toBe('passkey.prf-unavailable')
    expect(await send({ passkey, value: 'secret' })).toBe('passkey.value-invalid')
    const results = { first: randomBytes(32).toString('base64url') }
    const leaking = { ...passkey, clientExtensionResults: { prf: { enabled: true, results } } }
    expect(await send({ passkey: leaking, value })).toBe('passkey.prf-output-sent')
    expect(await send({ passkey, value })).toBeUndefined()
    expect(await send({ passkey, value })).toBe('passkey.challenge-invalid')
  })

  test.each([
    ['another origin', { origin: 'https://example.org' }],
    ['another relying party', { rpId: 'example.org' }],
    ['an unverified user', { userVerified: false }],
    ['a registration in its place', { type: 'webauthn.create' }],
    ['an unknown challenge', { challenge: randomBytes(64).toString('base64url') }],
    ['a sign count that goes back', { signCount: 0 }],
  ])('refuses %s as it refuses a wrong value, and counts an attempt', async (_, deviations) => {
    await sendWithPasskey(client, authenticator, user, sign())
    const refused = await sendWithPasskey(client, authenticator, user, sign(), deviations)
    expect([refused.status, refused.code]).toEqual([403, 'signing-method.invalid'])
    expect((await methodsOf(user.userId))[1]).toMatchObject({ incorrectAttempts: 1, remainingAttempts: 9 })
    expect((await sendWithPasskey(client, authenticator, user, sign(), { signCount: 9 })).status).toBe(200)
    expect((await methodsOf(user.userId))[1]).toMatchObject({ incorrectAttempts: 0, remainingAttempts: 10 })
  })

  test('refuses a wrong value, no assertion, and the value of another passkey', async () => {
    const other = createSoftwareAuthenticator()
    const { result: added } = await addPasskey(client, other, user.userId, user.pin)
    const { method, path, body } = sign()
    const options = await challengeFor(client, user, sign())
    const assertion = authenticator.get(options)
    const value = authenticator.deriveValue(readSalt(options))
    const otherValue = other.deriveValue(readSalt(options))
    const headers = [
      `${user.methodId}:${value}`,
      `${user.methodId}:.${value}`,
      `${user.methodId}:e30.${value}`,
      `${user.methodId}:${'x'.repeat(3000)}.${value}`,
      presentPasskey(user.methodId, assertion, otherValue),
      presentPasskey(added.id, assertion, value),
    ]
    for (const header of headers)
      expect((await client.send(method, path, body, { 'signing-method': header })).code).toBe('signing-method.invalid')
  })

  test('authorizes only the request of its challenge, and only once', async () => {
    const options = await challengeFor(client, user, sign('one'))
    const value = authenticator.deriveValue(readSalt(options))
    const header = presentPasskey(user.methodId, authenticator.get(options), value)
    const send = ({ method, path, body }: AuthorizedRequest) =>
      client.send(method, path, body, { 'signing-method': header })
    expect((await send(sign('another body'))).code).toBe('signing-method.invalid')
    expect((await send({ ...sign('one'), path: '/api/signatures?x=1' })).code).toBe('signing-method.invalid')
    expect((await send(sign('one'))).status).toBe(200)
    expect((await send(sign('one'))).code).toBe('signing-method.invalid')
  })

  test('refuses the challenge and the passkey of another user', async () => {
    const mallory = createSoftwareAuthenticator()
    const other = await createPasskeyUser(client, mallory)
    const options = await challengeFor(client, other, sign())
    const value = mallory.deriveValue(readSalt(options))
    const header = presentPasskey(user.methodId, mallory.get(options), value)
    const { method, path, body } = sign()
    expect((await client.send(method, path, body, { 'signing-method': header })).code).toBe('signing-method.invalid')
    const { userId } = other
    await expect(challengeFor(client, { ...user, userId }, sign())).rejects.toThrow('signing-method.not-found')
  })

  test('is locked after ten failed attempts, and replaced by another method', async () => {
    const wrong = { rpId: 'example.org' }
    for (let count = 0; count < 10; count++) await sendWithPasskey(client, authenticator, user, sign(), wrong)
    const locked = await sendWithPasskey(client, authenticator, user, sign())
    expect([locked.status, locked.code]).toEqual([403, 'signing-method.locked'])
    const methods = `/api/users/${user.userId}/signing-methods`
    const signed = { 'signing-method': user.pin }
    const { result: options } = await client.send('POST', `${methods}/passkey-options`, {}, signed)
    const next = createSoftwareAuthenticator()
    const passkey = next.create(options)
    const value = next.deriveValue(readSalt(options))
    const path = `${methods}/${user.methodId}`
    const replaced = await client.send('PUT', path, { value, passkey, name: 'My key' }, signed)
    expect(replaced).toMatchObject({ status: 200, result: { name: 'My key', remainingAttempts: 10 } })
    const { credentialId } = replaced.result
    expect((await sendWithPasskey(client, next, { ...user, credentialId }, sign())).status).toBe(200)
    expect((await sendWithPasskey(client, authenticator, user, sign())).code).toBe('signing-method.invalid')
  })

  test('is deleted with its passkey, authorized by another method', async () => {
    const path = `/api/users/${user.userId}/signing-methods/${user.methodId}`
    const self = await sendWithPasskey(client, authenticator, user, { method: 'DELETE', path })
    expect(self.code).toBe('signing-method.different-method-required')
    expect((await client.send('DELETE', path, undefined, { 'signing-method': user.pin })).status).toBe(200)
    expect(await storage.find(passkeyCredentials)).toEqual([])
    expect((await addPasskey(client, authenticator, user.userId, user.pin)).status).toBe(200)
  })

  test('is not removed and not lost by the functions for sign-in', async () => {
    const billfold = createPasskeyBillfold({}, { storage })
    const [passkey] = await storage.find(passkeyCredentials)
    await expect(billfold.passkeys.remove(user.userId, passkey?.id ?? '')).rejects.toMatchObject({
      code: 'passkey.is-signing-method',
    })
  })

  test('is the first method only if the host allows that', async () => {
    const { result: made } = await client.send('POST', '/api/users', {})
    const refused = await addPasskey(client, authenticator, made.id, undefined)
    expect([refused.status, refused.code]).toEqual([400, 'signing-method.pin-must-be-first'])
    const open = await start({ firstMethod: 'any' }, { storage: memoryStorage() })
    const { result: another } = await open.send('POST', '/api/users', {})
    const { status, result } = await addPasskey(open, authenticator, another.id, undefined)
    expect([status, result.type]).toEqual([200, 'PASSKEY'])
    const owner = { userId: another.id, methodId: result.id, credentialId: result.credentialId }
    const request = { method: 'POST', path: '/api/wallets', body: { secretType: 'ETHEREUM', userId: another.id } }
    expect((await sendWithPasskey(open, authenticator, owner, request)).status).toBe(200)
  })

  test('opens no wallet from a database dump with the keyring, not even with a passkey that an attacker plants', async () => {
    const keyring = testKeyring()
    const seized = memoryStorage()
    const before = await start({}, { storage: seized, keyring })
    const victim = await createPasskeyUser(before, authenticator)
    const [row] = await seized.find(passkeyCredentials, { where: { userId: victim.userId } })
    // The attacker runs Billfold on the dump and the keyring, and puts the public key of an own authenticator into the row.
    const mallory = createSoftwareAuthenticator()
    const planted = await createPasskeyUser(before, mallory)
    const [own] = await seized.find(passkeyCredentials, { where: { userId: planted.userId } })
    if (row === undefined || own === undefined) throw new Error('there are no passkeys')
    const { publicKey, credentialId, prfSalt } = own
    const set = { publicKey, credentialId, prfSalt }
    await seized.commit(batch(update(passkeyCredentials, { where: { id: row.id }, set })))
    const attacker = await start({}, { storage: seized, keyring })
    const request = signMessage(victim, 'stolen')
    const target = { ...victim, credentialId }
    const refused = await sendWithPasskey(attacker, mallory, target, request)
    expect(refused.code).toBe('signing-method.invalid')
    const known = [
      row.prfSalt,
      row.publicKey.subarray(0, 32),
      randomBytes(32),
      Buffer.from(row.credentialId, 'base64url'),
    ]
    for (const guess of known) {
      const options = await challengeFor(attacker, victim, request)
      const header = presentPasskey(victim.methodId, mallory.get(options), Buffer.from(guess).toString('base64url'))
      const reply = await attacker.send(request.method, request.path, request.body, { 'signing-method': header })
      expect(reply.code).toBe('signing-method.invalid')
    }
    // With the right row, the owner's authenticator opens it.
    const right = { publicKey: row.publicKey, credentialId: row.credentialId, prfSalt: row.prfSalt, signCount: 0 }
    await seized.commit(batch(update(passkeyCredentials, { where: { id: row.id }, set: right })))
    expect((await sendWithPasskey(attacker, authenticator, victim, request)).status).toBe(200)
  })
})

describe('without the module', () => {
  test('every passkey route answers passkey.unavailable, and OpenAPI lists none', async () => {
    const billfold = createBillfold({ storage: memoryStorage(), keyring: testKeyring() })
    const bare = await startCustody(billfold)
    clients.push(bare)
    const { result } = await bare.send('POST', '/api/users', { signingMethod: { type: 'PIN', value: '4711' } })
    const methods = `/api/users/${result.id}/signing-methods`
    const pinId = result.signingMethods[0]?.id
    const bodyDigest = 'x'.repeat(43)
    const replies = [
      await bare.send('POST', `${methods}/passkey-options`, {}),
      await bare.send('POST', `${methods}/${pinId}/passkey-challenges`, { method: 'POST', target: '/', bodyDigest }),
      await bare.send('POST', methods, { type: 'PASSKEY' }, { 'signing-method': `${pinId}:4711` }),
    ]
    expect(replies.map(({ status, code }) => [status, code])).toEqual(Array(3).fill([501, 'passkey.unavailable']))
    expect(listPaths(billfold.custody)).not.toContain('passkey')
    expect(listPaths(createPasskeyBillfold().custody)).toContain('passkey-challenges')
  })
})

function listPaths(api: Parameters<typeof openApiDocument>[0]): string {
  return JSON.stringify(Object.keys(Object(openApiDocument(api)['paths'])))
}

afterAll(() => {
  for (const one of clients) one.close()
})
