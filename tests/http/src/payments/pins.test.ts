import { expect, it } from 'vitest'
import { describePayments, replyWith } from './describe-payments.ts'
import { callEndpoint, createPayment, creditUser, type PaymentsUser, registerUser } from './payments-client.ts'

describePayments(
  'the PIN endpoints',
  () => ({}),
  (client, host) => {
    const lockPin = '12345678M32ABCDEFGH'

    it('setpin sets a PIN, and replaces it with the old one or the password', async () => {
      const { email, apikey, password } = await registerUser(client)
      const set = (mpin: string, more = {}) => callEndpoint(client, 'setpin', { email, apikey, mpin, ...more })
      expect(await set('7765', { email: 'x@example.org' })).toEqual(replyWith('User with this email is not registered'))
      expect((await set('123')).status).toBe(400)
      expect((await set('x'.repeat(20))).status).toBe(400)
      expect(await set('7765')).toEqual(replyWith('Security PIN added for your profile', '0'))
      expect((await set('8888')).status).toBe(403)
      expect((await set('8888', { old_mpin: '7766' })).status).toBe(403)
      expect((await set('8888', { password: 'wrong password' })).status).toBe(403)
      expect((await set('8888', { old_mpin: '7765' })).code).toBe('0')
      expect(
        (await callEndpoint(client, '/api/v1/lokon/setpin/', { email, apikey, mpin: lockPin, password })).code,
      ).toBe('0')
      expect((await callEndpoint(client, 'checkpin', { email, apikey, encryptedmpin: lockPin })).data).toBe(lockPin)
    })

    it('checkpin returns a right PIN, the same reply without a PIN or for a wrong one, and locks after ten', async () => {
      const { email, apikey, password } = await registerUser(client)
      const guess = (encryptedmpin: string) => callEndpoint(client, 'checkpin', { email, apikey, encryptedmpin })
      const refusal = { ...replyWith('Perhaps you have not set MPIN yet'), data: '' }
      expect(await guess('7765')).toEqual(refusal)
      await callEndpoint(client, 'setpin', { email, apikey, mpin: '7765' })
      expect(await guess('7765')).toEqual({ ...replyWith('Here is your MPIN', '0'), data: '7765' })
      expect((await callEndpoint(client, 'checkpin', { email, encryptedmpin: '7765' })).status).toBe(401)
      for (const wrong of await Promise.all(Array.from({ length: 30 }, (_, index) => guess(String(1000 + index)))))
        expect(wrong).toEqual(refusal)
      expect(await guess('7765')).toEqual(refusal)
      expect((await callEndpoint(client, 'setpin', { email, apikey, mpin: '7765', old_mpin: '7765' })).status).toBe(403)
      expect((await callEndpoint(client, 'setpin', { email, apikey, mpin: '7765', password })).code).toBe('0')
      expect((await guess('7765')).code).toBe('0')
    })

    it('getm3pin returns the last part of a lock PIN to the receiver of a pending payment only', async () => {
      const [from, to, third] = [await registerUser(client), await registerUser(client), await registerUser(client)]
      await creditUser(client, host().serviceAuthorization, from, '10', `m3-${from.email}`)
      const m3 = (of: object, by: PaymentsUser) => callEndpoint(client, 'getm3pin', { my_api_key: by.apikey, ...of })
      const nothing = replyWith('No Pending Payments for you')
      expect(await m3({}, to)).toEqual(replyWith('Either provide email or mobile number of sender'))
      expect((await m3({ sender_email: from.email }, { ...to, apikey: 'x' })).status).toBe(401)
      await callEndpoint(client, 'setpin', { email: from.email, apikey: from.apikey, mpin: '7765' })
      await createPayment(client, from, to, '1')
      expect(await m3({ sender_email: from.email }, to)).toEqual(nothing)
      await callEndpoint(client, 'setpin', { email: from.email, apikey: from.apikey, mpin: lockPin, old_mpin: '7765' })
      expect(await m3({ sender_email: from.email }, to)).toEqual({
        ...replyWith('Sender M3 Pin Stripped off', '0'),
        data: { m3encrypt: 'ABCDEFGH' },
      })
      expect((await m3({ sender_phone: from.phone }, to)).code).toBe('0')
      expect(await m3({ sender_phone: from.phone, sender_email: third.email }, to)).toEqual(nothing)
      expect(await m3({ sender_email: from.email }, third)).toEqual(nothing)
      expect(await m3({ sender_email: 'nobody@example.org' }, third)).toEqual(nothing)
    })
  },
)
