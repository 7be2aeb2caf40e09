import { expect, it } from 'vitest'
import { describePayments, said } from './describe-payments.ts'
import { ask, newPerson, registration } from './payer.ts'

describePayments(
  'the endpoints for users',
  () => ({}),
  (client) => {
    it('register refuses what is missing, malformed, common or there already', async () => {
      const form = registration()
      for (const name of ['email', 'password', 'phone_number', 'dob', 'username', 'first_name', 'last_name']) {
        const { [name]: _, ...rest } = form as Record<string, string>
        expect(await ask(client, 'register', rest)).toEqual(said(`${name} cannot be Null or an empty String`, '1', 400))
        expect((await ask(client, 'register', { ...form, [name]: '' })).status).toBe(400)
      }
      const wrong = {
        email: ['no email', 'a@b@c', 'x'.repeat(400), { a: 1 }, ['a@b']],
        password: ['short', 'password1', 'Qwertyuiop1!', 'aaaaaaaaaaaa', 'x'.repeat(129)],
        phone_number: ['no phone', '12', '+1'.repeat(20)],
        dob: ['2011-13-01', '2011-02-29', '01-01-2000', '2999-01-01', '1066-10-14'],
        username: ['@', ' x', 'x'.repeat(129)],
      }
      for (const [name, values] of Object.entries(wrong))
        for (const value of values)
          expect((await ask(client, 'register', { ...form, [name]: value })).status, `${name} ${String(value)}`).toBe(
            400,
          )
      expect((await ask(client, 'register', form)).code).toBe('0')
      for (const same of ['email', 'phone_number', 'username'] as const) {
        const other = { ...registration(), [same]: form[same].toUpperCase() }
        expect(await ask(client, 'register', other)).toEqual(said('User already exists'))
      }
    })

    it('login tells an unknown email, a wrong password and a locked one alike, and locks after ten', async () => {
      const person = await newPerson(client)
      const { email, password } = person
      const refusal = said('Incorrect email or password', '1', 401)
      expect(await ask(client, '/api/auth/login/', { email: 'nobody@example.org', password })).toEqual(refusal)
      const guesses = Array.from({ length: 25 }, (_, index) =>
        ask(client, '/api/auth/login/', { email, password: `wrong ${index}` }),
      )
      for (const guess of await Promise.all(guesses)) expect(guess).toEqual(refusal)
      expect(await ask(client, '/api/auth/login/', { email, password })).toEqual(refusal)
      expect((await ask(client, 'getwalletinfo', person)).code).toBe('0')
    })

    it('a device has one key at a time, and other devices keep theirs', async () => {
      const { email, password } = await newPerson(client)
      const login = async (imei: string) =>
        (await ask(client, '/api/auth/login/', { email, password, imei, appid: '1' })).data['api-key']
      const [first, other, second] = [await login('one'), await login('two'), await login('one')]
      expect((await ask(client, 'getwalletinfo', { email, apikey: first })).status).toBe(401)
      expect((await ask(client, 'getwalletinfo', { email, apikey: other })).code).toBe('0')
      expect((await ask(client, 'getwalletinfo', { email, api_key: second })).code).toBe('0')
    })

    it('changepass needs the old password, and ends all other keys', async () => {
      const { email, password, apikey } = await newPerson(client)
      const { data } = await ask(client, '/api/auth/login/', { email, password, imei: 'other' })
      const change = { email, apikey, password: 'another horse battery', old_password: password, appid: '1' }
      expect(await ask(client, '/api/auth/changepass/', { ...change, email: 'x@example.org' })).toEqual(
        said('User doesnot exist'),
      )
      expect((await ask(client, '/api/auth/changepass/', { ...change, old_password: 'wrong' })).status).toBe(401)
      expect((await ask(client, '/api/auth/changepass/', { ...change, old_password: undefined })).status).toBe(400)
      expect((await ask(client, '/api/auth/changepass/', { ...change, password: 'password1' })).status).toBe(400)
      expect(await ask(client, '/api/auth/changepass/', change)).toEqual(said('Password Updated Successfully', '0'))
      expect((await ask(client, 'getwalletinfo', { email, apikey: data['api-key'] })).status).toBe(401)
      expect((await ask(client, 'getwalletinfo', { email, apikey })).code).toBe('0')
      expect((await ask(client, '/api/auth/login/', { email, password })).status).toBe(401)
      expect((await ask(client, '/api/auth/login/', { email, password: change.password })).code).toBe('0')
    })

    it('updateprofile changes what may be changed, and gives it back without the key', async () => {
      const [person, other] = [await newPerson(client), registration()]
      await ask(client, 'register', other)
      const { email, phone, apikey } = person
      const change = {
        first_name: 'Bea',
        last_name: 'Bo',
        address: '2 High Street',
        dob: '1991-01-01',
        email,
        phone_number: phone,
      }
      expect(await ask(client, 'updateprofile', { ...change, apikey, my_api_key: apikey })).toEqual({
        ...said('Your Details Updated Successfully', '0'),
        data: change,
      })
      expect((await ask(client, 'updateprofile', { apikey, email: 'new@example.org' })).status).toBe(403)
      expect((await ask(client, 'updateprofile', { apikey, phone_number: '+999999' })).status).toBe(403)
      expect((await ask(client, 'updateprofile', { apikey, dob: '1991-02-30' })).status).toBe(400)
      expect(await ask(client, 'updateprofile', { apikey, username: other.username })).toEqual(
        said('User already exists'),
      )
      const name = `${other.username}-2`
      expect((await ask(client, 'updateprofile', { apikey, username: name })).code).toBe('0')
      const { data } = await ask(client, '/api/auth/login/', { email, password: person.password })
      expect(data).toMatchObject({
        fullname: 'Bea Bo',
        username: name,
        dateofbirth: '1991-01-01',
        address: '2 High Street',
      })
    })

    it('createwallet and getwalletinfo know whose they are', async () => {
      const [{ email, apikey }, other] = [await newPerson(client), await newPerson(client)]
      const mine = await ask(client, 'getwalletinfo', { email, apikey })
      expect((await ask(client, 'createwallet', { email, apikey, imei: 'another' })).data).toEqual(mine.data)
      expect(await ask(client, 'createwallet', { email: other.email, apikey, imei: 'x' })).toEqual(
        said('User with this email is not registered'),
      )
      for (const wrong of [undefined, '', '  ', 'nobody@example.org', other.email])
        expect(await ask(client, 'getwalletinfo', { email: wrong, apikey })).toEqual(
          said('Invalid or Blank mail id Given'),
        )
      const form = registration()
      await ask(client, 'register', form)
      const { data } = await ask(client, '/api/auth/login/', form)
      const without = await ask(client, 'getwalletinfo', { email: form.email, apikey: data['api-key'] })
      expect(without).toEqual(said('You have no wallet yet'))
      const reused = await ask(client, 'createwallet', {
        email: form.email,
        apikey: data['api-key'],
        imei: 'another device',
      })
      expect(reused.data.balance).toBe('0.25')
    })
  },
)
