import { describe, expect, test } from 'vitest'
import { auditRecords } from '../platform/audit/tables.ts'
import { newId } from '../kernel/ids.ts'
import { listUserBalances } from './ledger/index.ts'
import type { TrackedStorage } from '../platform/idempotency/index.ts'
import type { Services } from '../platform/services.ts'
import { batch, insert, memoryStorage, type Storage, update } from '../kernel/storage/index.ts'
import { outcomeCode } from '../test-fixtures/outcome-code.ts'
import { interruptCommit } from '../test-fixtures/interrupted-storage.ts'
import { testServices } from '../test-fixtures/services.ts'
import { identifierWrite } from '../identity/users/identifiers.ts'
import { createUsersApi } from '../identity/users/api.ts'
import { users } from '../identity/users/table.ts'
import { authenticateApiKey } from './credentials/api-keys.ts'
import { checkPaymentsConsistency } from './consistency/check.ts'
import { confirmPayment } from './two-leg/confirm-payment.ts'
import { refundPayment } from './two-leg/end-payment.ts'
import { endGatewayTransaction } from './gateway/end-transaction.ts'
import { createWithdrawal, creditBalance } from './gateway/gateway-transactions.ts'
import { authorizeSpending } from './spending/authorize-spending.ts'
import { discloseM3Part, setPaymentPin } from './credentials/lock-pin.ts'
import { changePassword, logIn } from './users/log-in.ts'
import { createPayment } from './two-leg/create-payment.ts'
import { findPayee } from './users/profiles.ts'
import { paymentsPersonalData } from './personal-data.ts'
import { registerPaymentUser } from './users/register.ts'
import { type PaymentRules, resolvePaymentSettings } from './settings.ts'
import { paymentApiKeys, paymentProfiles, payments as paymentTable, paymentCredentials } from './tables.ts'
import { verifyPaymentCredential } from './credentials/credentials.ts'
import { updateProfile } from './users/update-profile.ts'

const actor = { tenant: 't', id: 'test', source: '192.0.2.1' }
let number = 5000
/** A valid proof key: the generator of secp256k1, compressed. */
const generator = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'

interface TestUser {
  readonly userId: string
  readonly email: string
  readonly phone: string
  readonly password: string
}

async function registerUser(services: Services): Promise<TestUser> {
  const name = `user${++number}`
  const contacts = { email: `${name}@example.org`, phone: `+1${number}`, username: name }
  const password = `correct horse ${name}`
  const profile = { firstName: 'A', lastName: 'B', address: '', dob: '1990-01-01', contactsVerifiedBy: 'host' } as const
  return {
    ...contacts,
    password,
    ...(await registerPaymentUser(services, actor, { ...contacts, ...profile, password })),
  }
}

/** Two users, the first with a balance of two dollars. */
async function setUp(rules: PaymentRules = {}) {
  const services = testServices()
  const payments = { services, settings: resolvePaymentSettings(rules) }
  const [from, to] = [await registerUser(services), await registerUser(services)]
  await creditBalance(payments, actor, { userId: from.userId, reference: 'r', currency: 'USD', amount: 200n })
  const authorization = await authorizeSpending(payments, actor, from.userId, {})
  const open = (amount: bigint, more: object = {}) => {
    const receiver = [{ kind: 'email', value: to.email }] as const
    return createPayment(
      payments,
      actor,
      { senderId: from.userId, receiver, currency: 'USD', amount, ...more },
      authorization,
    )
  }
  const confirm = (leg: 'A' | 'B', session: string, amount: string) =>
    confirmPayment(payments, actor, leg === 'B' ? from.userId : to.userId, {
      leg,
      session,
      amount,
      from: from.phone,
      to: to.phone,
    })
  return { services, payments, authorization, from, to, open, confirm }
}

const device = { imei: '', appid: '', encrypted: false }

async function changeUserPassword(services: Services, { email, password, userId }: TestUser): Promise<void> {
  const { apiKey } = await logIn({ services, settings: resolvePaymentSettings() }, actor, {
    ...device,
    imei: 'owner',
    email,
    password,
  })
  const key = await authenticateApiKey(services, 't', apiKey)
  expect(key.userId).toBe(userId)
  await changePassword(services, actor, key, { oldPassword: password, password: 'another horse battery' })
}

describe('replacing the password', () => {
  test('makes a concurrent login with the old password fail without an API key', async () => {
    const services = testServices()
    const ann = await registerUser(services)
    const passwordChange = changeUserPassword.bind(undefined, services, ann)
    const racing = { ...services, storage: interruptCommit(services.storage, paymentApiKeys.name, passwordChange) }
    const input = { ...device, imei: 'thief', email: ann.email, password: ann.password }
    expect(await outcomeCode(logIn({ services: racing, settings: resolvePaymentSettings() }, actor, input))).toBe(
      'password.incorrect',
    )
    const keys = await services.storage.find(paymentApiKeys, { where: { userId: ann.userId } })
    expect(keys).toHaveLength(1)
  })

  test('makes a concurrent registration of a proof key with the old password fail', async () => {
    const services = testServices()
    const ann = await registerUser(services)
    const passwordChange = changeUserPassword.bind(undefined, services, ann)
    const racing = { ...services, storage: interruptCommit(services.storage, paymentProfiles.name, passwordChange) }
    const change = updateProfile({ services: racing, settings: resolvePaymentSettings() }, actor, ann.userId, {
      proofKey: generator,
      password: ann.password,
    })
    expect(await outcomeCode(change)).toBe('password.incorrect')
    const [profile] = await services.storage.find(paymentProfiles, { where: { userId: ann.userId } })
    expect(profile?.proofKey).toBeNull()
  })

  test('makes a concurrent change of the PIN with the old password fail', async () => {
    const services = testServices()
    const ann = await registerUser(services)
    await setPaymentPin(services, actor, ann.userId, '7765', {})
    const inner = services.storage
    let isPinNext = false
    // Changes the password after it was verified and before the new PIN is written.
    const storage: TrackedStorage = {
      ...inner,
      commit: async (writes) => {
        const pin = writes.writes.some(
          (write) =>
            write.kind === 'update' && write.table.name === paymentCredentials.name && write.where['kind'] === 'pin',
        )
        if (pin && !isPinNext) {
          isPinNext = true
          await changeUserPassword(services, ann)
        }
        await inner.commit(writes)
      },
    }
    const authority = { password: ann.password }
    expect(await outcomeCode(setPaymentPin({ ...services, storage }, actor, ann.userId, '8888', authority))).toBe(
      'pin.authorization-required',
    )
    expect(await verifyPaymentCredential(services, actor, ann.userId, 'pin', '8888')).toBeUndefined()
  })
})

describe('changing the proof key', () => {
  test('prevents the sender from completing a pending payment if the process died before it was cancelled', async () => {
    const { services, from, to, open, confirm } = await setUp()
    const first = await open(10n)
    await confirm('A', first.id, '0.10')
    await confirm('B', first.id, '0.10')
    const second = await open(20n)
    const proofKey = generator
    await services.storage.commit(
      batch(update(paymentProfiles, { where: { userId: to.userId }, set: { proofKey }, add: { version: 1 } })),
    )
    expect(await outcomeCode(confirm('B', second.id, '0.20'))).toBe('payment.not-found')
    expect(await listUserBalances(services, 't', from.userId)).toEqual([{ currency: 'USD', available: 190n, held: 0n }])
    expect((await checkPaymentsConsistency(services)).findings).toEqual([])
  })

  test('leaves the money with the sender if it happens during the completion of the payment', async () => {
    const { services, payments, from, to, open, confirm } = await setUp()
    const first = await open(10n)
    await confirm('A', first.id, '0.10')
    await confirm('B', first.id, '0.10')
    const second = await open(20n)
    const proofKey = generator
    const change = () => updateProfile(payments, actor, to.userId, { proofKey, password: to.password })
    const racing = {
      ...payments,
      services: { ...services, storage: interruptCommit(services.storage, paymentTable.name, change) },
    }
    const confirmation = { leg: 'B', session: second.id, amount: '0.20', from: from.phone, to: to.phone } as const
    expect(await outcomeCode(confirmPayment(racing, actor, from.userId, confirmation))).toBe('payment.not-found')
    expect(await listUserBalances(services, 't', to.userId)).toMatchObject([{ available: 10n }])
  })

  test('is a precondition of the commit of the sender, even before the payment is cancelled', async () => {
    const { services, payments, from, to, open, confirm } = await setUp()
    const first = await open(10n)
    await confirm('A', first.id, '0.10')
    await confirm('B', first.id, '0.10')
    const second = await open(20n)
    const change = update(paymentProfiles, { where: { userId: to.userId }, set: { proofKey: generator } })
    const meanwhile = () => services.storage.commit(batch(change))
    const racing = {
      ...payments,
      services: { ...services, storage: interruptCommit(services.storage, paymentTable.name, meanwhile) },
    }
    const confirmation = { leg: 'B', session: second.id, amount: '0.20', from: from.phone, to: to.phone } as const
    expect(await outcomeCode(confirmPayment(racing, actor, from.userId, confirmation))).toBe('payment.not-found')
    expect(await listUserBalances(services, 't', to.userId)).toMatchObject([{ available: 10n }])
    expect(await listUserBalances(services, 't', from.userId)).toEqual([{ currency: 'USD', available: 190n, held: 0n }])
  })
})

describe('the last part of a lock PIN', () => {
  async function discloseDuring(meanwhile: 'the payment ends' | 'the PIN is replaced') {
    const { services, payments, from, to, open } = await setUp()
    const { userId: sender, password } = from
    await setPaymentPin(services, actor, sender, '12345678M32ABCDEFGH', {})
    const payment = await open(10n)
    const change = (): Promise<unknown> =>
      meanwhile === 'the payment ends'
        ? refundPayment(payments, actor, payment.id, 'cancelled')
        : setPaymentPin(services, actor, sender, '12345678M32IJKLMNOP', { password })
    const storage = interruptCommit(services.storage, auditRecords.name, change)
    const shown = await discloseM3Part({ ...services, storage }, actor, to.userId, [
      { kind: 'email', value: from.email },
    ]).catch((error: unknown) => error)
    const records = await services.storage.find(auditRecords, { where: { action: 'payments.m3-disclosed' } })
    return { shown, records: records.length }
  }

  test('is not disclosed if the payment ends before the disclosure is recorded', async () => {
    expect(await discloseDuring('the payment ends')).toMatchObject({ shown: { code: 'payment.not-found' }, records: 0 })
  })

  test('is the part of the new PIN if the PIN is replaced meanwhile', async () => {
    expect(await discloseDuring('the PIN is replaced')).toEqual({ shown: 'IJKLMNOP', records: 1 })
  })
})

describe('repeating a reference', () => {
  test('returns the first payment for an invitation, without counting again, even after the guest has registered', async () => {
    const { services, payments, authorization, from } = await setUp({
      externalReceivers: 'invite',
      invitationLimit: { limit: 1, windowSeconds: 3600 },
    })
    const guest = { email: 'guest@example.org', phone: '+15550001' }
    const receiver = [
      { kind: 'email', value: guest.email },
      { kind: 'phone', value: guest.phone },
    ] as const
    const input = { senderId: from.userId, receiver, currency: 'USD', amount: 5n, reference: 'once' }
    const first = await createPayment(payments, actor, input, authorization)
    expect((await createPayment(payments, actor, input, authorization)).id).toBe(first.id)
    const profile = { firstName: 'G', lastName: 'H', address: '', dob: '1990-01-01', username: 'guest' }
    await registerPaymentUser(services, actor, {
      ...guest,
      ...profile,
      phone: '+15550002',
      password: 'correct horse guest',
    })
    expect((await createPayment(payments, actor, input, authorization)).id).toBe(first.id)
  })
})

describe('money that nobody could claim', () => {
  const userWithoutProfile = async (services: Services): Promise<string> => {
    const id = newId()
    const row = { id, tenant: 't', reference: null, origin: 'custody', createdAt: 0, archivedAt: null }
    const email = await identifierWrite(services, 't', id, { kind: 'email', value: 'other@example.org' }, null)
    await services.storage.commit(batch(insert(users, row), email))
    return 'other@example.org'
  }

  test('cannot be sent to a user of another API without a payments profile', async () => {
    const services = testServices()
    expect(
      await findPayee(services, 't', [{ kind: 'email', value: await userWithoutProfile(services) }]),
    ).toBeUndefined()
  })

  test('cannot be sent to an archived user', async () => {
    const { services, to, open } = await setUp()
    const archived = update(users, { where: { id: to.userId }, set: { archivedAt: 1 } })
    await services.storage.commit(batch(archived))
    expect(await findPayee(services, 't', [{ kind: 'email', value: to.email }])).toBeUndefined()
    expect(await outcomeCode(open(5n))).toBe('payment.receiver-not-registered')
  })

  test('is not revealed by a login: an archived user gets the error of a wrong password', async () => {
    const { services, payments, to } = await setUp()
    await services.storage.commit(batch(update(users, { where: { id: to.userId }, set: { archivedAt: 1 } })))
    expect(await outcomeCode(logIn(payments, actor, { ...device, email: to.email, password: to.password }))).toBe(
      'password.incorrect',
    )
  })

  test('does not stay on hold for a withdrawal of an erased user: the gateway can still end it', async () => {
    const { services, payments, authorization, from } = await setUp()
    const input = { userId: from.userId, reference: 'w', currency: 'USD', amount: 50n, gateway: 'g', fundingMethod: '' }
    await createWithdrawal(payments, actor, input, authorization)
    await createUsersApi(services, [paymentsPersonalData], () => actor).erase(from.userId)
    const end = { email: from.email, reference: 'w', outcome: 'SUCCESS', amount: () => 50n } as const
    expect(await outcomeCode(endGatewayTransaction(services, actor, { ...end, reference: 'r' }))).toBe('user.not-found')
    expect(await outcomeCode(endGatewayTransaction(services, actor, end))).toBe('done')
    expect(await listUserBalances(services, 't', from.userId)).toMatchObject([{ available: 150n, held: 0n }])
    expect((await checkPaymentsConsistency(services)).findings).toEqual([])
  })

  test('is not released if the email of a request does not belong to the existing user', async () => {
    const { services, payments, authorization, from } = await setUp()
    const input = { userId: from.userId, reference: 'w', currency: 'USD', amount: 50n, gateway: 'g', fundingMethod: '' }
    await createWithdrawal(payments, actor, input, authorization)
    const end = { email: from.email, reference: 'w', outcome: 'SUCCESS', amount: () => 50n } as const
    const stranger = { ...end, email: 'stranger@example.org' }
    expect(await outcomeCode(endGatewayTransaction(services, actor, stranger))).toBe('user.not-found')
  })
})

describe('a wrong password', () => {
  test('costs the same reads and writes for a known, a locked and an unknown user', async () => {
    const work: string[] = []
    const inner = memoryStorage()
    const storage: Storage = {
      find: (of, query) => {
        work.push(`find ${of.name}`)
        return inner.find(of, query)
      },
      commit: (writes) => {
        work.push(`commit ${writes.writes.map(({ kind, table }) => `${kind} ${table.name}`).join(', ')}`)
        return inner.commit(writes)
      },
    }
    const services = testServices(storage)
    const ann = await registerUser(services)
    const measureWork = async (userId: string | undefined): Promise<readonly string[]> => {
      work.length = 0
      await verifyPaymentCredential(services, actor, userId, 'password', 'a wrong password', 'nobody@example.org')
      return [...work]
    }
    await measureWork((await registerUser(services)).userId)
    const first = await measureWork(ann.userId)
    expect(await measureWork(undefined)).toEqual(first)
    const withoutPassword = newId()
    expect(await measureWork(withoutPassword)).toEqual(first)
    const known = await measureWork(ann.userId)
    expect(known.length).toBeGreaterThan(3)
    expect(await measureWork(undefined)).toEqual(known)
    expect(await measureWork(withoutPassword)).toEqual(known)
    for (let wrong = 0; wrong < 10; wrong++) await measureWork(ann.userId)
    expect(await measureWork(ann.userId)).toEqual(known)
  })
})
