import { createHash } from 'node:crypto'
import { createSoftwareAuthenticator } from '@billfold/test-authenticator'
import { Wallet } from 'ethers'
import { basicAuthorization } from '../basic-authorization.ts'
import { publicUrl } from '../authentication/login-flow.ts'
import { callCustody } from '../custody/custody-host.ts'
import type { JsonValue } from '../json-value.ts'
import type { RequestDriver } from '../request-driver.ts'
import type { SecretHost } from './secret-host.ts'

/** A user of the custody API. */
export interface CustodyUser {
  readonly userId: string
  readonly pin: string
  readonly pinId: string
}

type Call = (method: string, path: string, json?: object, headers?: Record<string, string>) => Promise<JsonValue>

/** Uses signing methods, wallets, signatures and saved requests. */
export async function useCustody(host: SecretHost): Promise<CustodyUser> {
  const { secrets, key } = host
  const driver = await host.serve(host.billfold.custody)
  const authorization = basicAuthorization(key.keyId, key.keySecret)
  const call: Call = async (method, path, json, headers = {}) => {
    const { status, result, codes } = await callCustody(driver, authorization, method, path, json, headers)
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${codes.join()}`)
    return result
  }
  const pin = secrets.add('a PIN', '73915846')
  const user = await call(
    'POST',
    '/api/users',
    { reference: 'ada', signingMethod: { type: 'PIN', value: pin } },
    { 'idempotency-key': secrets.add('an idempotency key', 'idem-mark-zq02-8f1c2d3e') },
  )
  const pinId: string = user.signingMethods[0].id
  const byPin = { 'signing-method': `${pinId}:${pin}` }
  const methods = `/api/users/${user.id}/signing-methods`
  const value = secrets.add('a password', 'zebra-Quokka-zq03')
  await call('POST', methods, { type: 'PASSWORD', value }, byPin)
  const withKey = { ...byPin, 'idempotency-key': 'another-key-of-the-suite' }
  const code = await call('POST', methods, { type: 'EMERGENCY_CODE' }, withKey)
  secrets.add('an emergency code', code.value)
  const wallet = await call('POST', '/api/wallets', { secretType: 'ETHEREUM', userId: user.id, pincode: pin })
  await moveKeys(host, call, { userId: user.id, walletId: wallet.id, pin })
  await sign(host, call, driver, { authorization, walletId: wallet.id, pin })
  await usePasskeys(host, call, { userId: user.id, methods, walletId: wallet.id, byPin })
  await waitForApproval(host, driver, { authorization, walletId: wallet.id, userId: user.id, pin })
  return { userId: user.id, pin, pinId }
}

async function moveKeys(
  { secrets }: SecretHost,
  call: Call,
  { userId, walletId, pin }: { readonly userId: string; readonly walletId: string; readonly pin: string },
): Promise<void> {
  const privateKey = secrets.add('an imported private key', Wallet.createRandom().privateKey.slice(2))
  await call('POST', '/api/wallets/import', {
    importWalletType: 'ETHEREUM_PRIVATE_KEY',
    privateKey: `0x${privateKey}`,
    secretType: 'ETHEREUM',
    userId,
    pincode: pin,
  })
  const plain = await call('POST', `/api/wallets/${walletId}/export`, { type: 'PRIVATE_KEY', pincode: pin })
  secrets.add('an exported private key', /[0-9a-f]{64}/.exec(JSON.stringify(plain))?.[0])
  const password = secrets.add('the password of a keystore', 'Keystore-pass-zq04')
  await call('POST', `/api/wallets/${walletId}/export`, { pincode: pin, password })
}

interface Signing {
  readonly authorization: string
  readonly walletId: string
  readonly pin: string
}

async function sign({ secrets }: SecretHost, call: Call, driver: RequestDriver, signing: Signing): Promise<void> {
  const { authorization, walletId, pin } = signing
  const request = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId }
  const data = secrets.add('a signed message', 'message-mark zq05')
  await call('POST', '/api/signatures', { pincode: pin, signatureRequest: { ...request, data } })
  const saved = await call('POST', '/api/signatures/build', {
    ...request,
    data: secrets.add('a saved message', 'saved-mark zq06'),
  })
  await call('POST', `/api/signatures/${saved.id}/confirm`, { pincode: pin })
  const wrong = secrets.add('a wrong PIN', '64829173')
  const refused = { pincode: wrong, signatureRequest: { ...request, data: 'x' } }
  await callCustody(driver, authorization, 'POST', '/api/signatures', refused)
  const [keyId, keySecret] = Buffer.from(authorization.slice(6), 'base64').toString().split(':')
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: keyId ?? '',
    client_secret: keySecret ?? '',
  })
  const { json } = await driver.request('POST', '/auth/realms/x/protocol/openid-connect/token', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  })
  const token: JsonValue = json
  secrets.add('an access token', token.access_token)
}

async function usePasskeys(
  { billfold, secrets }: SecretHost,
  call: Call,
  user: {
    readonly userId: string
    readonly methods: string
    readonly walletId: string
    readonly byPin: Record<string, string>
  },
): Promise<void> {
  const { userId, methods, walletId, byPin } = user
  const authenticator = createSoftwareAuthenticator({ origin: new URL(publicUrl).origin })
  const options = await call('POST', `${methods}/passkey-options`, { userName: 'ada' }, byPin)
  secrets.add('the challenge of a new passkey', options.challenge)
  const passkey = authenticator.create(options)
  const value = secrets.add('the value of a passkey', authenticator.deriveValue(options.extensions.prf.eval.first))
  const name = secrets.add('the name of a passkey', 'passkey-mark zq07')
  const first = secrets.add('an output of the PRF extension', 'UFJGb3V0cHV0bWFyay16cTg4LWFiY2RlZmdoaWprbG1ub3A')
  const withOutput = { ...passkey, clientExtensionResults: { prf: { enabled: true, results: { first } } } }
  await call('POST', methods, { type: 'PASSKEY', value, passkey: withOutput }, byPin).catch(() => undefined)
  const method = await call('POST', methods, { type: 'PASSKEY', value, passkey, name }, byPin)
  const body = { signatureRequest: { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data: 'hi' } }
  const bodyDigest = createHash('sha256').update(JSON.stringify(body)).digest('base64url')
  const use = { method: 'POST', target: '/api/signatures', bodyDigest }
  const challenge = await call('POST', `${methods}/${method.id}/passkey-challenges`, use)
  secrets.add('the challenge of a passkey', challenge.challenge)
  const assertion = authenticator.get(challenge)
  secrets.add('the signature of a passkey', assertion.response.signature)
  const presented = `${Buffer.from(JSON.stringify(assertion)).toString('base64url')}.${value}`
  await call('POST', '/api/signatures', body, { 'signing-method': `${method.id}:${presented}` })
  const other = createSoftwareAuthenticator({ origin: new URL(publicUrl).origin })
  const userName = secrets.add('the user name of a passkey', 'username-mark-zq08')
  await billfold.passkeys.register(
    userId,
    other.create(await billfold.passkeys.registrationOptions(userId, { userName })),
  )
  const request = await billfold.passkeys.authenticationOptions({ ip: secrets.add('an address', '203.0.113.197') })
  secrets.add('the challenge of a sign-in', request.challenge)
  await billfold.passkeys.authenticate(other.get(request))
}

/** An act that waits is sealed, and so is what an assessment was made from. */
async function waitForApproval(
  { billfold, secrets, serve }: SecretHost,
  driver: RequestDriver,
  { authorization, walletId, userId, pin }: Signing & { readonly userId: string },
): Promise<void> {
  await billfold.risk.policies.add({
    name: 'one approval',
    subject: { kind: 'user', id: userId },
    acts: ['message'],
    then: { decision: 'approve', by: 1, of: ['somebody'] },
  })
  const data = secrets.add('a message that waits', 'waiting-mark zq09')
  const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data }
  await callCustody(driver, authorization, 'POST', '/api/signatures', { pincode: pin, signatureRequest })
  const note = secrets.add('a signal of the host', 'signal-mark-zq10')
  const riskDriver = await serve(billfold.risk)
  const { status, text } = await riskDriver.request('POST', '/api/v2/rasbita/assess', {
    headers: { authorization },
    json: { userId, act: 'withdrawal', amount: '5', currency: 'USD', signals: { host: { note } } },
  })
  if (status !== 200) throw new Error(text)
}
