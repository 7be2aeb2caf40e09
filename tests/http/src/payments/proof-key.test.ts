import { provePaymentKey } from '@billfold/core/client'
import { secp256k1 } from '@billfold/core/crypto'
import { expect, it } from 'vitest'
import { describePayments } from './describe-payments.ts'
import { callEndpoint, confirmPayment, createPayment, getBalance, registerUser } from './payments-client.ts'

describePayments(
  'a receiver with a proof key',
  () => ({}),
  (client) => {
    const privateKey = secp256k1.generatePrivateKey()
    const proof_key = Buffer.from(secp256k1.getPublicKey(privateKey)).toString('hex')

    it('must prove it for each payment, and changing it cancels pending payments', async () => {
      const [from, to] = [await registerUser(client), await registerUser(client)]
      const register = (more: object) =>
        callEndpoint(client, 'updateprofile', { apikey: to.apikey, proof_key, ...more })
      expect((await register({})).status).toBe(401)
      expect((await register({ password: to.password, proof_key: 'zz' })).status).toBe(400)
      expect((await register({ password: to.password })).code).toBe('0')
      const session: string = (await createPayment(client, from, to, '0.10')).data.sessionid
      const payment = { from, to, amount: '0.10', session }
      const context = { session, amount: '0.10', from: from.phone, to: to.phone }
      const prove = (more: object) => ({ proof: provePaymentKey(privateKey, { ...context, ...more }) })
      expect((await confirmPayment(client, 'A', payment)).status).toBe(403)
      expect((await confirmPayment(client, 'A', payment, prove({ amount: '0.11' }))).status).toBe(403)
      expect((await confirmPayment(client, 'A', payment, prove({ session: 'other' }))).status).toBe(403)
      expect((await confirmPayment(client, 'A', payment, prove({}))).code).toBe('0')
      expect((await confirmPayment(client, 'B', payment)).data.status).toBe('1')

      const second: string = (await createPayment(client, from, to, '0.10')).data.sessionid
      expect(await getBalance(client, from)).toEqual({ balance: '0.05', held: '0.10' })
      const removal = { apikey: to.apikey, remove_proof_key: 'true', password: to.password }
      expect((await callEndpoint(client, 'updateprofile', removal)).code).toBe('0')
      expect(await getBalance(client, from)).toEqual({ balance: '0.15', held: '0.00' })
      expect((await confirmPayment(client, 'B', { ...payment, session: second })).message).toBe(
        'No Pending Payments for you',
      )
    })
  },
)
