import { expect, it } from 'vitest'
import { describePayments, said } from './describe-payments.ts'
import { ask, credit, newPerson, open, type Person } from './payer.ts'

describePayments(
  'the endpoints for PINs',
  () => ({}),
  (client, host) => {
    const lockPin = '12345678M32ABCDEFGH'

    it('setpin sets a PIN, and replaces one for who knows the old one or the password', async () => {
      const { email, apikey, password } = await newPerson(client)
      const set = (mpin: string, more = {}) => ask(client, 'setpin', { email, apikey, mpin, ...more })
      expect(await set('7765', { email: 'x@example.org' })).toEqual(said('User with this email is not registered'))
      expect((await set('123')).status).toBe(400)
      expect((await set('x'.repeat(20))).status).toBe(400)
      expect(await set('7765')).toEqual(said('Security PIN added for your profile', '0'))
      expect((await set('8888')).status).toBe(403)
      expect((await set('8888', { old_mpin: '7766' })).status).toBe(403)
      expect((await set('8888', { password: 'wrong password' })).status).toBe(403)
      expect((await set('8888', { old_mpin: '7765' })).code).toBe('0')
      expect((await ask(client, '/api/v1/lokon/setpin/', { email, apikey, mpin: lockPin, password })).code).toBe('0')
      expect((await ask(client, 'checkpin', { email, apikey, encryptedmpin: lockPin })).data).toBe(lockPin)
    })

    it('checkpin gives back a right guess, tells no PIN from a wrong one, and stops after ten', async () => {
      const { email, apikey, password } = await newPerson(client)
      const guess = (encryptedmpin: string) => ask(client, 'checkpin', { email, apikey, encryptedmpin })
      const refusal = { ...said('Perhaps you have not set MPIN yet'), data: '' }
      expect(await guess('7765')).toEqual(refusal)
      await ask(client, 'setpin', { email, apikey, mpin: '7765' })
      expect(await guess('7765')).toEqual({ ...said('Here is your MPIN', '0'), data: '7765' })
      expect((await ask(client, 'checkpin', { email, encryptedmpin: '7765' })).status).toBe(401)
      for (const wrong of await Promise.all(Array.from({ length: 30 }, (_, index) => guess(String(1000 + index)))))
        expect(wrong).toEqual(refusal)
      expect(await guess('7765')).toEqual(refusal)
      expect((await ask(client, 'setpin', { email, apikey, mpin: '7765', old_mpin: '7765' })).status).toBe(403)
      expect((await ask(client, 'setpin', { email, apikey, mpin: '7765', password })).code).toBe('0')
      expect((await guess('7765')).code).toBe('0')
    })

    it("getm3pin gives the last part of a sender's lock PIN to the receiver of a pending payment only", async () => {
      const [from, to, third] = [await newPerson(client), await newPerson(client), await newPerson(client)]
      await credit(client, host().service, from, '10', `m3-${from.email}`)
      const m3 = (of: object, by: Person) => ask(client, 'getm3pin', { my_api_key: by.apikey, ...of })
      const nothing = said('No Pending Payments for you')
      expect(await m3({}, to)).toEqual(said('Either provide email or mobile number of sender'))
      expect((await m3({ sender_email: from.email }, { ...to, apikey: 'x' })).status).toBe(401)
      await ask(client, 'setpin', { email: from.email, apikey: from.apikey, mpin: '7765' })
      await open(client, from, to, '1')
      expect(await m3({ sender_email: from.email }, to)).toEqual(nothing)
      await ask(client, 'setpin', { email: from.email, apikey: from.apikey, mpin: lockPin, old_mpin: '7765' })
      expect(await m3({ sender_email: from.email }, to)).toEqual({
        ...said('Sender M3 Pin Stripped off', '0'),
        data: { m3encrypt: 'ABCDEFGH' },
      })
      expect((await m3({ sender_phone: from.phone }, to)).code).toBe('0')
      expect(await m3({ sender_phone: from.phone, sender_email: third.email }, to)).toEqual(nothing)
      expect(await m3({ sender_email: from.email }, third)).toEqual(nothing)
      expect(await m3({ sender_email: 'nobody@example.org' }, third)).toEqual(nothing)
    })
  },
)
