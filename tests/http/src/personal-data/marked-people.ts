import { randomUUID } from 'node:crypto'
import type { Billfold } from '@billfold/core'
import { createSelfie, createDevice } from '../authentication/fixtures.ts'
import { createLoginFlow, publicUrl } from '../authentication/login-flow.ts'
import { basicAuthorization } from '../basic-authorization.ts'
import { callCustody } from '../custody/custody-host.ts'
import { serveApi } from '../faults/serve-api.ts'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { logInApplicant } from '../onboarding/applicant.ts'
import { formRequest, pngBytes } from '../onboarding/multipart-form.ts'
import { callEndpoint } from '../payments/payments-client.ts'
import type { RequestDriver } from '../request-driver.ts'

/** In every text that a person or a client writes. Letters and digits, so that it fits wherever a name fits. */
export const marker = 'zq7marker4x'

/** Numbers, where only digits are allowed. */
export const markedNumber = '79318264051'

const pin = '583920'

/** Throws unless a call succeeded. */
async function succeed<T extends { readonly status: number }>(what: string, call: Promise<T>): Promise<T> {
  const reply = await call
  if (reply.status >= 300) throw new Error(`${what}: ${JSON.stringify(reply)}`)
  return reply
}

/** Uses all APIs as people whose every text contains the marker. @returns the email address of an evault user */
export async function createMarkedPeople(billfold: Billfold): Promise<string> {
  const key = await billfold.serviceKeys.create({
    tag: 'erasure',
    scopes: ['custody', 'dids', 'dids:sign', 'payments:gateway', 'payments:subscriptions'],
  })
  const service = basicAuthorization(key.keyId, key.keySecret)
  await useCustody(billfold, service)
  await useOnboarding(billfold)
  await useAuthentication(billfold, service)
  return usePayments(billfold, service)
}

async function useCustody({ custody, dids, wallets }: Billfold, service: string): Promise<void> {
  const driver = inMemoryDriver(custody)
  const ask = (method: string, path: string, json?: unknown, headers = {}) =>
    succeed(path, callCustody(driver, service, method, path, json, headers))
  const { result: user } = await ask('POST', '/api/users', {
    reference: marker,
    signingMethod: { type: 'PIN', value: pin },
  })
  const pinId: string = user.signingMethods[0].id
  const byPin = { 'signing-method': `${pinId}:${pin}`, 'idempotency-key': `${marker}-${randomUUID()}` }
  const { result: wallet } = await ask(
    'POST',
    '/api/wallets',
    { secretType: 'ETHEREUM', userId: user.id, pincode: pin, identifier: marker, description: marker },
    { 'idempotency-key': `${marker}-${randomUUID()}` },
  )
  const methods = `/api/users/${user.id}/signing-methods`
  await ask('POST', methods, { type: 'PASSWORD', value: `correct horse ${marker}` }, byPin)
  await ask('POST', methods, { type: 'EMERGENCY_CODE' }, { ...byPin, 'idempotency-key': `${marker}-${randomUUID()}` })
  const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId: wallet.id, data: marker }
  await ask('POST', '/api/signatures', { pincode: pin, signatureRequest })
  await ask('POST', '/api/signatures/build', { ...signatureRequest, data: `${marker} saved` })
  const signingMethod = { id: pinId, value: pin }
  const vault = await wallets.createVault({ kind: 'BIP44', userId: user.id, signingMethod })
  await succeed(
    'DID wallet',
    inMemoryDriver(dids).request('POST', '/wallet', {
      headers: { authorization: service, 'signing-method': `${pinId}:${pin}` },
      json: { wallet: { vaultId: vault.id, alias: marker } },
    }),
  )
}

async function useOnboarding({ onboarding }: Billfold): Promise<void> {
  const { driver, close } = await serveApi(onboarding)
  try {
    await submitApplication(driver)
  } finally {
    await close()
  }
}

async function submitApplication(driver: RequestDriver): Promise<void> {
  const applicant = await logInApplicant(driver)
  const attributes = {
    name: 'attributes',
    type: 'application/json',
    content: JSON.stringify([{ id: 'http://attribute.example/name', data: { value: { last: marker } } }]),
  }
  const { body: user } = await succeed('user', applicant.send('POST', '/users', formRequest(attributes)))
  const { body: file } = await succeed(
    'file',
    applicant.send('POST', '/files', formRequest({ name: 'file', content: pngBytes() })),
  )
  const json = {
    templateId: 1,
    attributes: [{ id: 'name', data: { value: { first: marker, last: marker } } }],
    files: [file.id],
  }
  const headers = { 'idempotency-key': `${marker}-application` }
  await succeed('application', applicant.send('POST', '/applications', { headers, json }))
  await succeed('login', applicant.send('POST', '/login', { json: { token: user.token } }))
}

async function useAuthentication(billfold: Billfold, service: string): Promise<void> {
  const { authentication, licences, custody } = billfold
  await authentication.configurations.create({ tag: 'enrol', liveness: 'none', pin: 'never' })
  const { licence } = await licences.create({ tag: 'relying party' })
  const { result } = await callCustody(inMemoryDriver(custody), service, 'POST', '/api/users', {
    reference: marker,
    signingMethod: { type: 'PIN', value: pin },
  })
  const flow = await createLoginFlow(inMemoryDriver(authentication), billfold, licence)
  const input = { userId: result.id, purpose: 'enroll', configuration: 'enrol', identityVerified: true } as const
  const { sessionId } = await authentication.sessions.create({ ...input, metadata: { note: marker } })
  const browser = await flow.startBrowser(`${publicUrl}/sessions/session/${sessionId}`)
  const device = createDevice()
  const enrolled = await succeed(
    'face',
    browser.submitFace({
      selfie: createSelfie(marker),
      deviceId: marker,
      cameraIndicator: { camera: marker },
      device: device.signStep('submit_face', sessionId, browser.publicKey),
    }),
  )
  if (enrolled.data.success !== true) throw new Error(`not enrolled: ${JSON.stringify(enrolled.data)}`)
}

async function usePayments({ payments }: Billfold, service: string): Promise<string> {
  const driver = inMemoryDriver(payments)
  const post = async (name: string, json: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const reply = await callEndpoint(driver, name, json, headers)
    if (reply.code !== '0') throw new Error(`${name}: ${JSON.stringify(reply)}`)
    return reply
  }
  const register = async (number: number) => {
    const email = `${marker}${number}@example.org`
    const form = {
      email,
      password: `correct horse ${marker}`,
      phone_number: `+${markedNumber}${number}`,
      imei: `${marker}${number}`,
      appid: marker,
      dob: '1990-02-28',
      username: `${marker}${number}`,
      first_name: marker,
      last_name: marker,
      address: marker,
    }
    await post('register', form)
    const { data } = await post('/api/auth/login/', form)
    const apikey: string = data['api-key']
    await post('createwallet', { email, apikey, imei: form.imei })
    await post('setpin', { email, apikey, mpin: '4711' })
    return { email, phone: form.phone_number, apikey }
  }
  const [from, to] = [await register(1), await register(2)]
  const byService = { authorization: service }
  const paid = { email: from.email, amount: '100.00', transaction_reference: `${marker}-credit` }
  await post('update_balance', paid, byService)
  for (const type of ['DEPOSIT', 'WITHDRAWAL'])
    await post('create_transaction', {
      email: from.email,
      apikey: from.apikey,
      transaction_reference: `${marker}-${type}`,
      transaction_type: type,
      amount: '1.00',
      currency: 'USD',
      funding_method: `${marker}-iban`,
      payment_gateway: `${marker}-gateway`,
    })
  await post('createsession', {
    apikey: from.apikey,
    sender_email: from.email,
    recv_email: to.email,
    recv_mobile: to.phone,
    amount: '2.00',
    transaction_reference: `${marker}-payment`,
  })
  await post(
    'add_user_licence',
    {
      email: from.email,
      user_category: marker,
      no_of_default_users: 2,
      number_of_users: '10',
      no_of_paid_users: '8',
      amount_paid: '99.90',
      sub_start_date: '2026-01-01',
      sub_end_date: '2036-12-31',
    },
    byService,
  )
  const person = `${marker}-evault@example.org`
  const fields = Object.fromEntries(
    ['first_name', 'last_name', 'username', 'passport', 'contract_no', 'address', 'state', 'country'].map((name) => [
      name,
      marker,
    ]),
  )
  await post('add_evault_user', { email: person, ...fields }, byService)
  return person
}
