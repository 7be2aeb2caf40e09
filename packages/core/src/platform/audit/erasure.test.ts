import { expect, test } from 'vitest'
import { paymentsPersonalData } from '../../payments/personal-data.ts'
import { registerPaymentUser } from '../../payments/users/register.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createUsersApi } from '../../identity/users/api.ts'
import { createAuditApi } from './api.ts'
import { auditRecords } from './tables.ts'

const actor = { tenant: 't', id: 'host' }
const known = ['ada@example.org', '+123456', 'countess', 'Ada', 'Lovelace', '1 Main Street', '1915-12-10']
const [email = '', phone = '', username = '', firstName = '', lastName = '', address = '', dob = ''] = known

test('erasing a user leaves the audit log intact, because it contains no personal data', async () => {
  const services = testServices()
  const audit = createAuditApi(services, () => actor)
  const users = createUsersApi(services, [paymentsPersonalData], () => actor)
  const person = { email, phone, username, password: 'correct horse ada', firstName, lastName, address, dob }
  const { userId } = await registerPaymentUser(services, actor, person)
  await audit.checkpoint()
  const checkpoint = await audit.latestCheckpoint()
  await users.erase(userId)
  await audit.checkpoint()
  expect(await audit.verify({ checkpoint: checkpoint })).toMatchObject({ findings: [], links: 2 })
  const { records } = await audit.search({ subject: userId })
  expect(records.map(({ action }) => action)).toEqual(['user.erased', 'payments.registered'])
  const log = JSON.stringify(await services.storage.find(auditRecords))
  expect(known.filter((word) => log.includes(word))).toEqual([])
})
