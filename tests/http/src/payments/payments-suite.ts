import { expect, it } from 'vitest'
import type { MountedClient } from '../request-driver.ts'
import {
  callEndpoint,
  confirmPayment,
  createPayment,
  creditUser,
  getBalance,
  registerUser,
  registration,
} from './payments-client.ts'

/** The suite of the payments API for every mounting. */
export function paymentsSuite(client: MountedClient, service: () => string): void {
  it('registers, logs in, and creates a wallet with the opening grant', async () => {
    const form = registration()
    expect(await callEndpoint(client, 'register', form)).toEqual({
      status: 200,
      message: 'User Registered with Lokdon',
      code: '0',
      data: '',
    })
    const { email, imei, password } = form
    const login = await callEndpoint(client, '/api/auth/login', { email, password, appid: '102', imei })
    expect(login).toMatchObject({ status: 200, message: 'Authentication Sucessfull', code: '0' })
    expect(login.data).toEqual({
      email,
      fullname: 'Ada Ade',
      username: form.username,
      dateofbirth: '1990-02-28',
      phone: form.phone_number,
      address: '1 Main Street',
      'api-key': expect.stringMatching(/^[\w-]{43}$/),
      photo: '',
      mpin: '',
      uwa: '',
    })
    const apikey: string = login.data['api-key']
    const made = await callEndpoint(client, 'createwallet', { email, apikey, imei })
    expect(made).toMatchObject({ message: 'Wallet created successfully', code: '0' })
    expect(made.data).toEqual({
      wallet_hash: expect.stringMatching(/^[\w-]{43}$/),
      balance: '0.25',
      held: '0.00',
      currency_type: '0',
    })
    expect((await callEndpoint(client, 'createwallet', { email, apikey, imei })).data).toEqual(made.data)
    for (const headers of [{ authorization: apikey }, { authorization: `Bearer ${apikey}` }])
      expect(await callEndpoint(client, 'getwalletinfo', { email }, headers)).toMatchObject({
        message: 'Your Wallet details',
        data: made.data,
      })
    const byGet = await callEndpoint(
      client,
      `/api/v1/lokdon/getwalletinfo?email=${encodeURIComponent(email)}`,
      undefined,
      { authorization: apikey },
      'GET',
    )
    expect(byGet.data).toEqual(made.data)
  })

  it("completes a first payment once both confirm, and later ones on the sender's confirmation", async () => {
    const [from, to] = [await registerUser(client), await registerUser(client)]
    await creditUser(client, service(), from, '100.00', `credit-${from.email}`)
    const created = await createPayment(client, from, to, '34')
    expect(created).toMatchObject({ status: 200, message: 'User is inside Lokdon network', code: '0' })
    expect(created.data).toEqual({ sessionid: expect.any(String), profile: '0' })
    expect(await getBalance(client, from)).toEqual({ balance: '66.25', held: '34.00' })
    const payment = { from, to, amount: '34.00', session: created.data.sessionid as string }
    const first = await confirmPayment(client, 'A', payment)
    expect(first).toMatchObject({ code: '0', data: { status: '0', trans_id: payment.session } })
    expect(await getBalance(client, to)).toEqual({ balance: '0.25', held: '0.00' })
    const second = await confirmPayment(client, 'B', payment)
    expect(second).toEqual({
      status: 200,
      message: 'Payment processed successfully',
      code: '0',
      data: { transaction_type: '1', status: '1', trans_id: payment.session, currency: '0' },
    })
    expect(await confirmPayment(client, 'B', payment)).toEqual(second)
    expect(await getBalance(client, from)).toEqual({ balance: '66.25', held: '0.00' })
    expect(await getBalance(client, to)).toEqual({ balance: '34.25', held: '0.00' })

    const again = await createPayment(client, from, to, '1')
    const next = { from, to, amount: '1', session: again.data.sessionid as string }
    expect(await confirmPayment(client, 'B', next)).toMatchObject({ message: 'Payment processed successfully' })
    const { data } = await callEndpoint(client, 'transactions', {
      email: to.email,
      mobile: to.phone,
      api_key: to.apikey,
    })
    expect(data.map((line: { amount: string }) => line.amount)).toEqual(['1.00', '34.00', '0.25'])
    expect(data[1]).toEqual({
      transactionid: payment.session,
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      remote_mobile: to.phone,
      from: from.phone,
      amount: '34.00',
      transaction_type: 'credit',
      currency_type: '$',
      sessionid: payment.session,
      status: 'Success',
      kind: 'payment',
    })
  })

  it('answers malformed bodies, missing bodies and wrong methods in the documented format', async () => {
    // A parser of the host answers malformed bodies itself.
    if (!client.mounting.parser) {
      const headers = { 'content-type': 'application/json' }
      const answer = await client.request('POST', '/api/v1/lokdon/register/', { headers, body: '{"email":' })
      expect(answer.status).toBe(400)
      expect(answer.json).toEqual({
        message:
          'Unable to decode Data...Make sure data is in Json Format, add application/json in header and try again',
        response_code: '1',
        data: '',
      })
    }
    const empty = await callEndpoint(client, 'register')
    expect(empty).toMatchObject({ status: 400, message: 'email cannot be Null or an empty String', code: '1' })
    expect((await client.request('PUT', '/api/v1/lokdon/register/')).status).toBe(405)
  })

  it('returns 401 without a valid key', async () => {
    const person = await registerUser(client)
    const { email } = person
    for (const apikey of [undefined, '', 'wrong', `${person.apikey}x`, 7, null, [person.apikey]]) {
      const reply = await callEndpoint(client, 'getwalletinfo', { email, apikey })
      expect([400, 401]).toContain(reply.status)
      expect(reply).toMatchObject({ code: '1', data: '' })
    }
    const two = await callEndpoint(client, 'getwalletinfo', { email, apikey: person.apikey, api_key: 'other' })
    expect(two.status).toBe(401)
    for (const name of ['update_balance', 'update_transaction', 'add_user_licence', 'check_license', 'add_evault_user'])
      expect((await callEndpoint(client, name, { email }, { authorization: `Bearer ${person.apikey}` })).status).toBe(
        401,
      )
  })
}
