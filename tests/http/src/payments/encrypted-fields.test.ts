import { BillfoldError } from '@billfold/core'
import { createClientSecureChannel, generateClientKeyPair } from '@billfold/core/client'
import { expect, it } from 'vitest'
import { describePayments, singleMounting } from './describe-payments.ts'
import { callEndpoint, createPayment, registerUser, registration } from './payments-client.ts'

describePayments(
  'encrypted fields',
  () => ({}),
  (client) => {
    it('are decrypted and encrypted, and bind the api key to encrypted requests', async () => {
      const { publicKey } = (await client.request('GET', '/publickeys')).json as { publicKey: string }
      const pair = generateClientKeyPair()
      const envelope = await createClientSecureChannel(pair, publicKey)
      const headers = { publickey: pair.publicKey }
      const seal = async (fields: Record<string, string>) =>
        Object.fromEntries(
          await Promise.all(Object.entries(fields).map(async ([name, value]) => [name, await envelope.encrypt(value)])),
        )
      const { imei, dob, ...secret } = registration()
      const registered = await callEndpoint(client, 'register', { ...(await seal(secret)), imei, dob }, headers)
      expect(registered).toMatchObject({ status: 200, code: '0' })
      const { email, password } = secret
      const login = await callEndpoint(
        client,
        '/api/auth/login/',
        { ...(await seal({ email, password })), imei },
        headers,
      )
      expect(login.data.email).not.toBe(email)
      expect(await envelope.decrypt(login.data.email)).toBe(email)
      expect(login.data.mpin).toBe('')
      const apikey = await envelope.decrypt(login.data['api-key'])
      expect((await callEndpoint(client, 'getwalletinfo', { email, apikey })).status).toBe(403)
      const mine = await seal({ email })
      const made = await callEndpoint(client, 'createwallet', { ...mine, apikey, imei }, headers)
      expect(await envelope.decrypt(made.data.balance)).toBe('0.25')
      expect(await envelope.decrypt(made.data.held)).toBe('0.00')
      const encrypted = await seal({
        email,
        apikey,
        transaction_reference: `e-${email}`,
        amount: '1',
        currency: 'USD',
        payment_gateway: 'g',
      })
      const created = await callEndpoint(
        client,
        'create_transaction',
        { ...encrypted, transaction_type: 'DEPOSIT' },
        headers,
      )
      expect(created.code).toBe('0')
      const pin = await seal({ email, mpin: '7765', encryptedmpin: '7765' })
      await callEndpoint(client, 'setpin', { ...pin, apikey }, headers)
      const checked = await callEndpoint(client, 'checkpin', { ...pin, apikey }, headers)
      expect(await envelope.decrypt(checked.data)).toBe('7765')
      for (const bad of [email, 'AAAA', `${String(mine['email']).slice(0, -4)}AAA=`, ''])
        expect((await callEndpoint(client, 'createwallet', { email: bad, apikey, imei }, headers)).status).toBe(400)
      for (const publickey of ['x', Buffer.alloc(64).toString('base64'), Buffer.alloc(65, 4).toString('base64')])
        expect((await callEndpoint(client, 'createwallet', { ...mine, apikey, imei }, { publickey })).status).toBe(400)
    })
  },
)

describePayments(
  'a host that requires encryption',
  () => ({ payments: { requireEncryption: true } }),
  (client) => {
    it('rejects plain fields', async () => {
      expect((await callEndpoint(client, 'register', registration())).status).toBe(403)
    })
  },
  singleMounting,
)

let attempts = 0

async function refuseKey(): Promise<never> {
  attempts++
  throw new BillfoldError('field.decryption-failed')
}

describePayments(
  'a caller with a malformed key',
  () => ({ payments: { fieldCipher: { decrypt: refuseKey, encrypt: refuseKey } } }),
  (client) => {
    it('is refused once, however many fields the reply has', async () => {
      const [from, to] = [await registerUser(client), await registerUser(client)]
      for (let count = 0; count < 3; count++) await createPayment(client, from, to, '0.01')
      const headers = { authorization: from.apikey }
      const list = await callEndpoint(client, '/api/v1/lokdon/transactions', undefined, headers, 'GET')
      expect(list.status).toBe(200)
      attempts = 0
      const sent = { ...headers, publickey: 'x' }
      const refused = await callEndpoint(client, '/api/v1/lokdon/transactions', undefined, sent, 'GET')
      expect([refused.status, attempts]).toEqual([400, 1])
    })
  },
  singleMounting,
)
