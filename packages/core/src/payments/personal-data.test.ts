import { expect, test } from 'vitest'
import { memoryStorage } from '../kernel/storage/index.ts'
import { identifiers } from '../identity/users/identifier-table.ts'
import { createUsersApi } from '../identity/users/api.ts'
import { testServices } from '../test-fixtures/services.ts'
import { outcomeCode } from '../test-fixtures/outcome-code.ts'
import { checkPaymentsConsistency } from './consistency/check.ts'
import { expirePayments } from './two-leg/end-payment.ts'
import { endGatewayTransaction } from './gateway/end-transaction.ts'
import { createDeposit, creditBalance } from './gateway/gateway-transactions.ts'
import { logIn } from './users/log-in.ts'
import { outbox, outboxData } from '../platform/outbox/index.ts'
import { authorizeSpending } from './spending/authorize-spending.ts'
import { createPayment } from './two-leg/create-payment.ts'
import { paymentsPersonalData } from './personal-data.ts'
import { registerPaymentUser } from './users/register.ts'
import { resolvePaymentSettings } from './settings.ts'
import { gatewayTransactions, payments as paymentTable } from './tables.ts'
import { updateProfile } from './users/update-profile.ts'

const actor = { tenant: 't', id: 'host' }
const form = (name: string, phone: string) => ({
  contactsVerifiedBy: 'host' as const,
  email: `${name}@example.org`,
  phone,
  username: name,
  password: `correct horse ${name}`,
  firstName: 'Ada',
  lastName: 'Ade',
  address: '',
  dob: '1990-01-01',
})

test('exports a user, and erases profile and credentials while the ledger still balances', async () => {
  let time = Date.now()
  const services = { ...testServices(), now: () => time }
  const payments = { services, settings: resolvePaymentSettings() }
  const users = createUsersApi(services, [paymentsPersonalData], () => actor)
  const [{ userId }] = [
    await registerPaymentUser(services, actor, form('ada', '+123456')),
    await registerPaymentUser(services, actor, form('bob', '+223456')),
  ]
  await creditBalance(payments, actor, { userId, reference: 'r', currency: 'USD', amount: 100n })
  const receiver = [{ kind: 'email', value: 'bob@example.org' }] as const
  const input = { senderId: userId, receiver, currency: 'USD', amount: 40n }
  await createPayment(payments, actor, input, await authorizeSpending(payments, actor, userId, {}))
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
  expect(await outcomeCode(logIn(payments, actor, login))).toBe('password.incorrect')
  time += 25 * 60 * 60 * 1000
  expect(await expirePayments(payments)).toBe(1)
  expect((await checkPaymentsConsistency(services)).findings).toEqual([])
})

test('erases the undelivered messages to a user, but not those to others', async () => {
  const services = testServices()
  const payments = {
    services,
    settings: resolvePaymentSettings({ externalReceivers: 'invite', maxPendingPayments: 2 }),
  }
  const users = createUsersApi(services, [outboxData], () => actor)
  const { userId } = await registerPaymentUser(services, actor, form('ada', '+123456'))
  const other = await registerPaymentUser(services, actor, form('bob', '+223456'))
  await creditBalance(payments, actor, { userId, reference: 'r', currency: 'USD', amount: 100n })
  const authorization = await authorizeSpending(payments, actor, userId, {})
  const pay = (email: string, phone: string) => {
    const receiver = [
      { kind: 'email', value: email },
      { kind: 'phone', value: phone },
    ] as const
    return createPayment(payments, actor, { senderId: userId, receiver, currency: 'USD', amount: 1n }, authorization)
  }
  await pay('bob@example.org', '+223456')
  await pay('nobody@example.org', '+323456')
  expect(JSON.parse(JSON.stringify(await users.export(userId)))).toMatchObject({
    data: {
      messages: [
        { topic: 'payments.requested', payload: { role: 'sender', email: 'ada@example.org', phone: '+123456' } },
        { topic: 'payments.registered', payload: { email: 'ada@example.org' } },
      ],
    },
  })
  await users.erase(userId)
  const left = await services.storage.find(outbox)
  expect(left.map(({ topic, userId: recipient }) => [topic, recipient])).toEqual([
    ['payments.registered', other.userId],
    ['payments.requested', other.userId],
    ['payments.invited', null],
  ])
  expect((await users.export(userId)).data).toEqual({})
})

test('writes no contact details of a user who is erased while a message to them is built', async () => {
  const storage = memoryStorage()
  let atContacts: () => Promise<void> = async () => {}
  const services = testServices({
    ...storage,
    find: async (table, query) => {
      const rows = await storage.find(table, query)
      if (table.name === identifiers.name && typeof query?.where?.['userId'] === 'object') {
        const erase = atContacts
        atContacts = async () => {}
        await erase()
      }
      return rows
    },
  })
  const payments = { services, settings: resolvePaymentSettings() }
  const users = createUsersApi(services, [outboxData], () => actor)
  const { userId } = await registerPaymentUser(services, actor, form('ada', '+123456'))
  const other = await registerPaymentUser(services, actor, form('bob', '+223456'))
  await creditBalance(payments, actor, { userId, reference: 'r', currency: 'USD', amount: 100n })
  atContacts = () => users.erase(other.userId)
  const receiver = [{ kind: 'email', value: 'bob@example.org' }] as const
  const input = { senderId: userId, receiver, currency: 'USD', amount: 1n }
  await createPayment(payments, actor, input, await authorizeSpending(payments, actor, userId, {}))
  expect((await users.export(other.userId)).data).toMatchObject({
    messages: [{ topic: 'payments.requested', payload: { email: '', phone: '' } }],
  })
})

test('exports what a user wrote into a withdrawal, seals it, and erases it with the proof key of the user', async () => {
  const services = testServices()
  const payments = { services, settings: resolvePaymentSettings() }
  const users = createUsersApi(services, [paymentsPersonalData], () => actor)
  const { userId } = await registerPaymentUser(services, actor, form('ada', '+123456'))
  const { userId: payer } = await registerPaymentUser(services, actor, form('bob', '+223456'))
  const gateway = { gateway: 'my own bank', fundingMethod: 'DE02120300000000202051', reference: 'to my wife' }
  await creditBalance(payments, actor, { userId: payer, reference: 'r', currency: 'USD', amount: 100n })
  await createDeposit(payments, actor, { ...gateway, userId, currency: 'USD', amount: 5n })
  const proofKey = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
  const password = 'correct horse ada'
  await updateProfile(payments, actor, userId, { proofKey, password })
  const receiver = [{ kind: 'email', value: 'ada@example.org' }] as const
  const payment = { senderId: payer, receiver, currency: 'USD', amount: 40n }
  await createPayment(payments, actor, payment, await authorizeSpending(payments, actor, payer, {}))
  const read = async (): Promise<string> =>
    JSON.stringify(
      [await services.storage.find(gatewayTransactions), await services.storage.find(paymentTable)],
      (_, cell) => (typeof cell === 'bigint' ? String(cell) : cell),
    )
  const stored = await read()
  for (const text of Object.values(gateway)) expect(stored).not.toContain(text)
  expect(stored).toContain(proofKey)
  expect(JSON.stringify(await users.export(userId))).toContain(gateway.fundingMethod)
  const end = { email: 'ada@example.org', reference: gateway.reference, outcome: 'SUCCESS', amount: () => 5n } as const
  await users.erase(userId)
  expect(await read()).not.toContain(proofKey)
  expect(
    (await services.storage.find(gatewayTransactions, { where: { userId } })).map((row) => row.sealedDetails),
  ).toEqual([null])
  expect(JSON.stringify(await users.export(userId))).not.toContain(gateway.fundingMethod)
  expect(await endGatewayTransaction(services, actor, end)).toMatchObject({ state: 'SUCCESS' })
})
