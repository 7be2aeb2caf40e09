import { expect, it } from 'vitest'
import { describePayments, replyWith } from './describe-payments.ts'
import { callEndpoint, registerUser, registration } from './payments-client.ts'

describePayments(
  'the user endpoints',
  () => ({}),
  (client) => {
    it('register rejects missing, malformed, common and duplicate values', async () => {
      const form = registration()
      for (const name of ['email', 'password', 'phone_number', 'dob', 'username', 'first_name', 'last_name']) {
        const { [name]: _, ...rest } = form as Record<string, string>
        expect(await callEndpoint(client, 'register', rest)).toEqual(
          replyWith(`${name} cannot be Null or an empty String`, '1', 400),
        )
        expect((await callEndpoint(client, 'register', { ...form, [name]: '' })).status).toBe(400)
      }
      const wrong = {
        email: ['no email', 'a@b@c', 'x'.repeat(400), { a: 1 }, ['a@b']],
        password: ['short', 'password1', 'Qwertyuiop1!', 'aaaaaaaaaaaa', 'x'.repeat(129)],
        phone_number: ['no phone', '12', '+1'.repeat(20)],
        dob: ['2011-13-01', '2011-02-29', '01-01-2000', '2999-01-01', '1066-10-14'],
        username: ['@', ' ', 'x\u200d', '\u200ex', 'x\t', 'x'.repeat(129)],
      }
      for (const [name, values] of Object.entries(wrong))
        for (const value of values)
          expect(
            (await callEndpoint(client, 'register', { ...form, [name]: value })).status,
            `${name} ${String(value)}`,
          ).toBe(400)
      expect((await callEndpoint(client, 'register', form)).code).toBe('0')
      for (const same of ['email', 'phone_number', 'username'] as const) {
        const other = { ...registration(), [same]: form[same].toUpperCase() }
        expect(await callEndpoint(client, 'register', other)).toEqual(replyWith('User already exists'))
        // Spaces of the keyboard, and what copying adds to a phone number, make no second user.
        const written = same === 'phone_number' ? `\u202a${form[same]}\u202c\u00a0` : ` ${form[same]} `
        const spaced = { ...registration(), [same]: written }
        expect(await callEndpoint(client, 'register', spaced)).toEqual(replyWith('User already exists'))
      }
    })

    it('login returns the same 401 for an unknown email, a wrong and a locked password, and locks after ten', async () => {
      const person = await registerUser(client)
      const { email, password } = person
      const refusal = replyWith('Incorrect email or password', '1', 401)
      expect(await callEndpoint(client, '/api/auth/login/', { email: 'nobody@example.org', password })).toEqual(refusal)
      const guesses = Array.from({ length: 25 }, (_, index) =>
        callEndpoint(client, '/api/auth/login/', { email, password: `wrong ${index}` }),
      )
      for (const guess of await Promise.all(guesses)) expect(guess).toEqual(refusal)
      expect(await callEndpoint(client, '/api/auth/login/', { email, password })).toEqual(refusal)
      expect((await callEndpoint(client, 'getwalletinfo', person)).code).toBe('0')
    })

    it('login accepts a device with an API key although its address is locked for the user', async () => {
      const { email, password, apikey } = await registerUser(client)
      for (let wrong = 0; wrong < 10; wrong++)
        await callEndpoint(client, '/api/auth/login/', { email, password: `wrong ${wrong}` })
      const logIn = (authorization?: string) =>
        callEndpoint(
          client,
          '/api/auth/login/',
          { email, password, imei: 'a phone', appid: '1' },
          authorization === undefined ? {} : { authorization },
        )
      expect((await logIn()).status).toBe(401)
      expect((await logIn('Bearer not-a-key')).status).toBe(401)
      expect((await logIn((await registerUser(client)).apikey)).status).toBe(401)
      expect((await logIn(apikey)).code).toBe('0')
    })

    it('login replaces the api key of the same device only', async () => {
      const { email, password } = await registerUser(client)
      const login = async (imei: string) =>
        (await callEndpoint(client, '/api/auth/login/', { email, password, imei, appid: '1' })).data['api-key']
      const [first, other, second] = [await login('one'), await login('two'), await login('one')]
      expect((await callEndpoint(client, 'getwalletinfo', { email, apikey: first })).status).toBe(401)
      expect((await callEndpoint(client, 'getwalletinfo', { email, apikey: other })).code).toBe('0')
      expect((await callEndpoint(client, 'getwalletinfo', { email, api_key: second })).code).toBe('0')
    })

    it('changepass requires the old password and revokes all other keys', async () => {
      const { email, password, apikey } = await registerUser(client)
      const { data } = await callEndpoint(client, '/api/auth/login/', { email, password, imei: 'other' })
      const change = { email, apikey, password: 'another horse battery', old_password: password, appid: '1' }
      expect(await callEndpoint(client, '/api/auth/changepass/', { ...change, email: 'x@example.org' })).toEqual(
        replyWith('User doesnot exist'),
      )
      expect((await callEndpoint(client, '/api/auth/changepass/', { ...change, old_password: 'wrong' })).status).toBe(
        401,
      )
      expect((await callEndpoint(client, '/api/auth/changepass/', { ...change, old_password: undefined })).status).toBe(
        400,
      )
      expect((await callEndpoint(client, '/api/auth/changepass/', { ...change, password: 'password1' })).status).toBe(
        400,
      )
      expect(await callEndpoint(client, '/api/auth/changepass/', change)).toEqual(
        replyWith('Password Updated Successfully', '0'),
      )
      expect((await callEndpoint(client, 'getwalletinfo', { email, apikey: data['api-key'] })).status).toBe(401)
      expect((await callEndpoint(client, 'getwalletinfo', { email, apikey })).code).toBe('0')
      expect((await callEndpoint(client, '/api/auth/login/', { email, password })).status).toBe(401)
      expect((await callEndpoint(client, '/api/auth/login/', { email, password: change.password })).code).toBe('0')
    })

    it('updateprofile changes the mutable fields and returns them without the key', async () => {
      const [person, other] = [await registerUser(client), registration()]
      await callEndpoint(client, 'register', other)
      const { email, phone, apikey } = person
      const change = {
        first_name: 'Bea',
        last_name: 'Bo',
        address: '2 High Street',
        dob: '1991-01-01',
        email,
        phone_number: phone,
      }
      expect(await callEndpoint(client, 'updateprofile', { ...change, apikey, my_api_key: apikey })).toEqual({
        ...replyWith('Your Details Updated Successfully', '0'),
        data: change,
      })
      expect((await callEndpoint(client, 'updateprofile', { apikey, email: 'new@example.org' })).status).toBe(403)
      expect((await callEndpoint(client, 'updateprofile', { apikey, phone_number: '+999999' })).status).toBe(403)
      expect((await callEndpoint(client, 'updateprofile', { apikey, dob: '1991-02-30' })).status).toBe(400)
      expect(await callEndpoint(client, 'updateprofile', { apikey, username: other.username })).toEqual(
        replyWith('User already exists'),
      )
      const name = `${other.username}-2`
      expect((await callEndpoint(client, 'updateprofile', { apikey, username: name })).code).toBe('0')
      const { data } = await callEndpoint(client, '/api/auth/login/', { email, password: person.password })
      expect(data).toMatchObject({
        fullname: 'Bea Bo',
        username: name,
        dateofbirth: '1991-01-01',
        address: '2 High Street',
      })
    })

    it('createwallet and getwalletinfo serve their owner only', async () => {
      const [{ email, apikey }, other] = [await registerUser(client), await registerUser(client)]
      const mine = await callEndpoint(client, 'getwalletinfo', { email, apikey })
      expect((await callEndpoint(client, 'createwallet', { email, apikey, imei: 'another' })).data).toEqual(mine.data)
      expect(await callEndpoint(client, 'createwallet', { email: other.email, apikey, imei: 'x' })).toEqual(
        replyWith('User with this email is not registered'),
      )
      for (const wrong of [undefined, '', '  ', 'nobody@example.org', other.email])
        expect(await callEndpoint(client, 'getwalletinfo', { email: wrong, apikey })).toEqual(
          replyWith('Invalid or Blank mail id Given'),
        )
      const form = registration()
      await callEndpoint(client, 'register', form)
      const { data } = await callEndpoint(client, '/api/auth/login/', form)
      const without = await callEndpoint(client, 'getwalletinfo', { email: form.email, apikey: data['api-key'] })
      expect(without).toEqual(replyWith('You have no wallet yet'))
      const reused = await callEndpoint(client, 'createwallet', {
        email: form.email,
        apikey: data['api-key'],
        imei: 'another device',
      })
      expect(reused.data.balance).toBe('0.25')
    })
  },
)
