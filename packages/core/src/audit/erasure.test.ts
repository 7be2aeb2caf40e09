import { expect, test } from 'vitest'
import { paymentsData } from '../payments/personal-data.ts'
import { register } from '../payments/register.ts'
import { testServices } from '../test-fixtures/services.ts'
import { inProcessUsers } from '../users/in-process.ts'
import { inProcessAudit } from './in-process.ts'
import { auditRecords } from './table.ts'

const actor = { tenant: 't', id: 'host' }
const known = ['ada@example.org', '+123456', 'countess', 'Ada', 'Lovelace', '1 Main Street', '1915-12-10']
const [email = '', phone = '', username = '', firstName = '', lastName = '', address = '', dob = ''] = known

test('erasing a user leaves the audit log intact, because it contains no personal data', async () => {
  const services = testServices()
  const audit = inProcessAudit(services, () => actor)
  const users = inProcessUsers(services, [paymentsData], () => actor)
  const person = { email, phone, username, password: 'correct horse ada', firstName, lastName, address, dob }
  const { userId } = await register(services, actor, person)
  await audit.seal()
  const checkpoint = await audit.head()
  await users.erase(userId)
  await audit.seal()
  expect(await audit.verify({ head: checkpoint })).toMatchObject({ findings: [], links: 2 })
  const { records } = await audit.search({ subject: userId })
  expect(records.map(({ act }) => act)).toEqual(['user.erased', 'payments.registered'])
  const log = JSON.stringify(await services.storage.find(auditRecords))
  expect(known.filter((word) => log.includes(word))).toEqual([])
})
