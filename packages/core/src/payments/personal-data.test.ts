import { expect, test } from 'vitest'
import { inProcessUsers } from '../users/in-process.ts'
import { testServices } from '../test-fixtures/services.ts'
import { codeOf } from '../test-fixtures/code-of.ts'
import { audit } from './audit.ts'
import { expirePayments } from './end-payment.ts'
import { creditBalance } from './gateway.ts'
import { logIn } from './log-in.ts'
import { openPayment } from './open-payment.ts'
import { paymentsData } from './personal-data.ts'
import { register } from './register.ts'
import { paymentSettings } from './settings.ts'

const actor = { tenant: 't', id: 'host' }
const form = (name: string, phone: string) => ({
  email: `${name}@example.org`,
  phone,
  username: name,
  password: `correct horse ${name}`,
  firstName: 'Ada',
  lastName: 'Ade',
  address: '',
  dob: '1990-01-01',
})

test('a person is exported, and once erased has neither name nor key, while the books still balance', async () => {
  let time = Date.now()
  const services = { ...testServices(), now: () => time }
  const payments = { services, settings: paymentSettings() }
  const users = inProcessUsers(services, [paymentsData], () => actor)
  const [{ userId }] = [
    await register(services, actor, form('ada', '+123456')),
    await register(services, actor, form('bob', '+223456')),
  ]
  await creditBalance(services, actor, { userId, reference: 'r', currency: 'USD', amount: 100n })
  const receiver = [{ kind: 'email', value: 'bob@example.org' }] as const
  await openPayment(payments, actor, { senderId: userId, receiver, currency: 'USD', amount: 40n })
  expect(JSON.parse(JSON.stringify(await users.export(userId)))).toMatchObject({
    data: {
      payments: {
        profile: { firstName: 'Ada' },
        balances: [{ currency: 'USD', available: '60', held: '40' }],
        transactions: [
          { kind: 'payment', amount: '40' },
          { kind: 'deposit', amount: '100' },
        ],
      },
    },
  })
  await users.erase(userId)
  const login = { email: 'ada@example.org', password: 'correct horse ada', imei: '', appid: '', encrypted: false }
  expect(await codeOf(logIn(payments, actor, login))).toBe('password.incorrect')
  time += 25 * 60 * 60 * 1000
  expect(await expirePayments(payments)).toBe(1)
  expect((await audit(services)).findings).toEqual([])
})
