import { expect, it } from 'vitest'
import { describePayments, replyWith } from './describe-payments.ts'
import { callEndpoint, registerUser, registration } from './payments-client.ts'

const terms = {
  amount_paid: '120.00',
  number_of_users: '10',
  user_category: 'company',
  no_of_paid_users: '8',
  no_of_default_users: 2,
  sub_start_date: '2020-01-01',
  sub_end_date: '2999-12-31',
}

describePayments(
  'the subscription endpoints',
  () => ({}),
  (client, host) => {
    const admin = (name: string, body: object, method = 'POST') =>
      callEndpoint(client, name, body, { authorization: host().serviceAuthorization }, method)

    it('add once, renew, deactivate and check a subscription', async () => {
      const { email } = await registerUser(client)
      const registered = replyWith('Licence Registered Successfully', '0')
      expect(await admin('check_user', { email })).toEqual(replyWith('User Not Found'))
      expect(await admin('deactivate_licence', { email })).toEqual(replyWith('User Not Found'))
      expect(await admin('add_user_licence', { email, ...terms })).toEqual(registered)
      expect(await admin('add_user_licence', { email, ...terms })).toEqual(
        replyWith('Licence Data matching User already exists'),
      )
      expect(await admin('check_license', { email })).toEqual(replyWith('license is active', '0'))
      expect(await admin('check_licence', { email })).toEqual(replyWith('license is active', '0'))
      expect(await admin('check_user', { email })).toEqual({
        ...replyWith('Licence data Found', '0'),
        data: { ...terms, no_of_default_users: '2', status: 'active' },
      })
      for (let time = 0; time < 2; time++)
        expect(await admin('deactivate_licence', { email })).toEqual(replyWith('User Updated successfully', '0'))
      expect(await admin('check_license', { email })).toEqual(replyWith('license has expired', '0'))
      expect(await admin('activate_licence', { email, ...terms, number_of_users: 20 })).toEqual(registered)
      expect((await admin('check_user', { email })).data).toMatchObject({ number_of_users: '20', status: 'active' })
      const past = { ...terms, sub_end_date: '2020-12-31' }
      expect(await admin('activate_licence', { email, ...past })).toEqual(registered)
      expect(await admin('check_license', { email })).toEqual(replyWith('license has expired', '0'))
    })

    it('return errors for missing and invalid fields, and require a service key', async () => {
      const { email, apikey } = await registerUser(client)
      for (const name of ['add_user_licence', 'activate_licence']) {
        for (const field of ['email', ...Object.keys(terms)])
          expect(await admin(name, { email, ...terms, [field]: null })).toEqual(
            replyWith(`${field} cannot be Null or an empty String`),
          )
        for (const wrong of [
          { sub_end_date: '2019-12-31' },
          { sub_end_date: 'tomorrow' },
          { number_of_users: '1' },
          { number_of_users: '-1' },
          { no_of_paid_users: '1.5' },
          { amount_paid: 'much' },
        ]) {
          const answer = await admin(name, { email, ...terms, ...wrong })
          expect(answer).toMatchObject({
            status: 200,
            code: '1',
            message: expect.stringMatching(/^Unable to Create License ./),
          })
        }
        expect(await admin(name, { ...terms, email: 'no@example.org' })).toEqual(replyWith('User Not Found'))
      }
      for (const name of [
        'add_user_licence',
        'activate_licence',
        'deactivate_licence',
        'check_user',
        'check_license',
        'add_evault_user',
      ])
        expect((await callEndpoint(client, name, { email, ...terms, apikey })).status).toBe(401)
      const path = `/api/v1/lokdon/check_license?email=${encodeURIComponent(email)}`
      expect(
        await callEndpoint(client, path, undefined, { authorization: host().serviceAuthorization }, 'GET'),
      ).toEqual(replyWith('User Not Found'))
    })

    it('add_evault_user stores a user once', async () => {
      const { email } = registration()
      const person = { email, first_name: 'Eva', passport: 'P1', fingerprint_id: 'f', zip_code: 12345 }
      expect(await admin('add_evault_user', person)).toEqual(replyWith('User Registered Successfully', '0'))
      expect(await admin('add_evault_user', { ...person, email: email.toUpperCase() })).toEqual(
        replyWith('User Matching Email Already Exists'),
      )
      expect(await admin('add_evault_user', { ...person, email: '' })).toEqual(
        replyWith('email cannot be Null or an empty String'),
      )
      expect((await admin('add_evault_user', { ...person, email: 'x' })).status).toBe(400)
    })
  },
)
