import { createHash } from 'node:crypto'
import { createBillfold, createPasswordHasher, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { passkeys } from '@billfold/passkeys'
import { createSoftwareAuthenticator, type SoftwareAuthenticator } from '@billfold/test-authenticator'
import { verifyMessage } from 'ethers'
import { expect, test } from 'vitest'
import { basicAuthorization } from '../basic-authorization.ts'
import { callCustody, type CustodyReply } from '../custody/custody-host.ts'
import { encryptSigningMethod } from '../custody/encrypt-signing-method.ts'
import { createSuiteCalls, pin, type SuiteCalls } from '../custody/suite-calls.ts'
import { describeMounted } from '../hosts/describe-mounted.ts'
import type { MountedClient } from '../request-driver.ts'

let authorization = ''

describeMounted(
  'the custody API, the signing method PASSKEY',
  async () => {
    const { custody, serviceKeys } = createBillfold({
      storage: memoryStorage(),
      keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
      passwordHasher: createPasswordHasher({ cost: { logN: 4, r: 1, p: 1 } }),
      modules: [passkeys({ rpId: 'example.com', rpName: 'Example', origins: ['https://example.com'] })],
    })
    const { keyId, keySecret } = await serviceKeys.create({ tag: 'suite', scopes: ['custody'] })
    authorization = basicAuthorization(keyId, keySecret)
    return custody
  },
  suite,
)

/** A user with a PIN, a wallet and a passkey. */
interface PasskeyUser {
  readonly authenticator: SoftwareAuthenticator
  readonly methods: string
  readonly methodId: string
  readonly walletId: string
  readonly address: string
}

async function createPasskeyUser({ call, createUserWithWallet }: SuiteCalls): Promise<PasskeyUser> {
  const { wallet, pinId, methods } = await createUserWithWallet()
  const authenticator = createSoftwareAuthenticator()
  const byPin = { 'signing-method': `${pinId}:${pin}` }
  const { result: options } = await call('POST', `${methods}/passkey-options`, { userName: 'ada' }, byPin)
  const passkey = authenticator.create(options)
  const value = authenticator.deriveValue(options.extensions.prf.eval.first)
  const body = { type: 'PASSKEY', value, passkey }
  const { result: method } = await call('POST', methods, body, byPin)
  return { authenticator, methods, methodId: method.id, walletId: wallet.id, address: wallet.address }
}

/** Presents a passkey for a request: the assertion and the value. */
async function present({ call }: SuiteCalls, user: PasskeyUser, body: string): Promise<string> {
  const challenge = {
    method: 'POST',
    target: '/api/signatures',
    bodyDigest: createHash('sha256').update(body).digest('base64url'),
  }
  const { result: options } = await call('POST', `${user.methods}/${user.methodId}/passkey-challenges`, challenge)
  const assertion = Buffer.from(JSON.stringify(user.authenticator.get(options))).toString('base64url')
  return `${assertion}.${user.authenticator.deriveValue(options.extensions.prf.eval.first)}`
}

function suite(client: MountedClient): void {
  const calls = createSuiteCalls(client, () => authorization)
  const toBody = ({ walletId }: PasskeyUser, data: string): string =>
    JSON.stringify({ signatureRequest: { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data } })
  const sign = (body: string, headers: Readonly<Record<string, string>>): Promise<CustodyReply> =>
    callCustody(client, authorization, 'POST', '/api/signatures', JSON.parse(body), headers)

  test('signs a message that ethers verifies, once, in the plain header', async () => {
    const user = await createPasskeyUser(calls)
    const body = toBody(user, 'hello')
    const header = { 'signing-method': `${user.methodId}:${await present(calls, user, body)}` }
    const { status, result } = await sign(body, header)
    expect(status).toBe(200)
    expect(verifyMessage('hello', result.signature)).toBe(user.address)
    expect((await sign(body, header)).codes).toEqual(['signing-method.invalid'])
  })

  test('signs in the encrypted header too, which is of no use for another body, again, or without the passkey', async () => {
    const user = await createPasskeyUser(calls)
    const { result: security } = await calls.call('GET', '/api/security')
    const key = security.encryptionKeys[0]
    const body = toBody(user, 'hello')
    const encrypt = (value: string, signed = body): Readonly<Record<string, string>> => {
      const content = { id: user.methodId, value, idempotencyKey: crypto.randomUUID(), body: signed }
      return { 'encrypted-signing-method': encryptSigningMethod(key, content) }
    }
    const header = encrypt(await present(calls, user, body))
    const { status, result, codes } = await sign(body, header)
    expect({ status, codes }).toEqual({ status: 200, codes: [] })
    expect(verifyMessage('hello', result.signature)).toBe(user.address)
    expect((await sign(body, header)).codes).toEqual(['request.replayed'])
    const other = toBody(user, 'other')
    expect((await sign(other, encrypt(await present(calls, user, body), other))).codes).toEqual([
      'signing-method.invalid',
    ])
    const [, value = ''] = (await present(calls, user, body)).split('.')
    expect((await sign(body, encrypt(value))).codes).toEqual(['signing-method.invalid'])
  })
}
