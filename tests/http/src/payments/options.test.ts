import { describe, expect, it } from 'vitest'
import { describePayments, singleMounting } from './describe-payments.ts'
import {
  callEndpoint,
  confirmPayment,
  createPayment,
  createPaymentsHost,
  creditUser,
  getBalance,
  type PaymentsHost,
  registerUser,
  registration,
} from './payments-client.ts'

describePayments(
  'a host with other options',
  () => ({
    payments: {
      openingGrant: 'off',
      requirePin: true,
      maxPendingPayments: 2,
      dataFormat: 'object',
      externalReceivers: 'invite',
      currency: 'EUR',
    },
  }),
  (client, host) => {
    it('requires the PIN, allows two pending payments, and invites unregistered receivers', async () => {
      const [from, to] = [await registerUser(client), await registerUser(client)]
      expect(await getBalance(client, from)).toEqual({ balance: '0.00', held: '0.00' })
      await creditUser(client, host().serviceAuthorization, from, '10', `eur-${from.email}`)
      const { email, apikey } = from
      await callEndpoint(client, 'setpin', { email, apikey, mpin: '7765' })
      expect((await createPayment(client, from, to, '1')).status).toBe(400)
      expect((await createPayment(client, from, to, '1', { mpin: '7766' })).status).toBe(403)
      expect((await createPayment(client, from, to, '1', { mpin: '7765' })).code).toBe('0')
      const form = registration()
      const guest = { ...form, phone: form.phone_number, apikey: '' }
      const invited = await createPayment(client, from, guest, '2', { mpin: '7765' })
      expect(invited).toMatchObject({
        code: '0',
        message: 'User is external to Lokdon network',
        data: { profile: '1' },
      })
      expect((await createPayment(client, from, to, '1', { mpin: '7765' })).status).toBe(409)
      await host().billfold.deliver()
      expect(host().messages).toContainEqual({
        topic: 'payments.invited',
        payload: {
          role: 'receiver',
          email: guest.email,
          phone: guest.phone,
          payment: invited.data.sessionid,
          amount: '2.00',
          currency: 'EUR',
        },
      })
      await callEndpoint(client, 'register', form)
      const { data } = await callEndpoint(client, '/api/auth/login/', form)
      const joined = { ...guest, apikey: data['api-key'] as string }
      const payment = { from, to: joined, amount: '2', session: invited.data.sessionid as string }
      expect((await confirmPayment(client, 'A', payment)).message).toBe('No Pending Payments for you')
      const userId = await findUserId(host(), joined.email)
      expect(await host().billfold.payments.claimInvitations(userId)).toEqual([payment.session])
      const { data: lines } = await callEndpoint(client, 'transactions', { api_key: from.apikey })
      expect(lines[0]).toMatchObject({ sessionid: payment.session, remote_mobile: joined.phone })
      expect((await confirmPayment(client, 'A', payment)).data.status).toBe('0')
      expect((await confirmPayment(client, 'B', payment)).data.status).toBe('1')
      expect((await host().billfold.payments.checkConsistency()).findings).toEqual([])
    })
  },
  singleMounting,
)

/** Returns the id from the notification of a registration. */
async function findUserId(host: PaymentsHost, email: string): Promise<string> {
  await host.billfold.deliver()
  const notification = host.messages.find(
    ({ topic, payload }) => topic === 'payments.registered' && payload['email'] === email,
  )
  return String(notification?.payload['userId'])
}

describe('invalid payments options', () => {
  it('are rejected at startup', async () => {
    for (const payments of [
      { openingGrant: '0.001' },
      { currency: 'NONE' },
      { maxPendingPayments: 0 },
      { paymentTtlSeconds: 1.5 },
      { maxAmount: 'much' },
      { currencies: { lok: { decimals: 2 } } },
      { currencies: { LOK: { decimals: 19 } } },
    ])
      await expect(createPaymentsHost(undefined, { payments })).rejects.toThrow(Error)
  })
})
