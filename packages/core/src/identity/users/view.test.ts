import { expect, test } from 'vitest'
import { createAuditApi } from '../../platform/audit/api.ts'
import { paymentsPersonalData } from '../../payments/personal-data.ts'
import { registerPaymentUser } from '../../payments/users/register.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createUsersApi } from './api.ts'

const actor = { tenant: 't', id: 'host' }
const person = {
  email: 'ada@example.org',
  phone: '+123456',
  username: 'countess',
  password: 'correct horse ada',
  firstName: 'Ada',
  lastName: 'Lovelace',
  address: '1 Main Street',
  dob: '1915-12-10',
}

function createHost(services: ReturnType<typeof testServices>) {
  return {
    users: createUsersApi(services, [paymentsPersonalData], (tenant = actor.tenant) => ({ ...actor, tenant })),
    audit: createAuditApi(services, (tenant = actor.tenant) => ({ ...actor, tenant })),
  }
}

test('a view of a user is in the audit log, with who looked and the kinds of data, and nothing of their content', async () => {
  const services = testServices()
  const { users, audit } = createHost(services)
  const { userId } = await registerPaymentUser(services, actor, person)
  const viewed = await users.view(userId, undefined, { by: 'support:grace' })
  expect(viewed.data).toHaveProperty('payments')
  const { records } = await audit.search({ action: 'user.viewed' })
  expect(records).toMatchObject([
    { actor: 'support:grace', subject: userId, detail: { kinds: 'identifiers payments' } },
  ])
  expect(Object.values(person).filter((value) => JSON.stringify(records).includes(value))).toEqual([])
})

test('a view shows the user the earlier views in an export', async () => {
  const services = testServices()
  const { users } = createHost(services)
  const { userId } = await registerPaymentUser(services, actor, person)
  await users.view(userId)
  expect((await users.export(userId)).audit).toMatchObject([
    { action: 'user.viewed', detail: { kinds: 'identifiers payments' } },
    { action: 'payments.registered' },
  ])
})

test('a view of an unknown user, or of one of another tenant, leaves no record', async () => {
  const services = testServices()
  const { users, audit } = createHost(services)
  const { userId } = await registerPaymentUser(services, actor, person)
  await expect(users.view('nobody')).rejects.toMatchObject({ code: 'user.not-found' })
  await expect(users.view(userId, 'other')).rejects.toMatchObject({ code: 'user.not-found' })
  expect((await audit.search({ action: 'user.viewed' })).records).toEqual([])
  expect((await audit.search({ action: 'user.viewed', tenant: 'other' })).records).toEqual([])
})

test('a view returns nothing if its record cannot be written', async () => {
  const services = testServices()
  const { userId } = await registerPaymentUser(services, actor, person)
  const storage = { ...services.storage, commit: () => Promise.reject(new Error('read only')) }
  const { users } = createHost({ ...services, storage })
  await expect(users.view(userId)).rejects.toThrow('read only')
})

test('a view names no module whose export of the user is empty', async () => {
  const services = testServices()
  const nothing = { name: 'loyalty', tables: [], collect: async () => ({ points: [], profile: { name: null } }) }
  const source = { ...nothing, erase: async () => ({ writes: [] }) }
  const users = createUsersApi(services, [paymentsPersonalData, source], () => actor)
  const { userId } = await registerPaymentUser(services, actor, person)
  await users.view(userId)
  const { records } = await createAuditApi(services, () => actor).search({ action: 'user.viewed' })
  expect(records).toMatchObject([{ detail: { kinds: 'identifiers payments' } }])
})
