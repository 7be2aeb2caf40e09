import { expect, test } from 'vitest'
import { ownerCloses } from '../credentials/owner-writes.ts'
import { unlock } from '../credentials/unlock.ts'
import { localKeyring, newKey } from '../crypto/index.ts'
import { storageLookups } from '../lookups/index.ts'
import { verifySecret } from '../payments/typed-secrets.ts'
import { register } from '../payments/register.ts'
import { batch } from '../storage/index.ts'
import { testServices } from '../test-fixtures/services.ts'
import { createUser } from '../users/create.ts'
import { reseal } from './reseal.ts'
import { keysInUse } from './usage.ts'

const actor = { tenant: 'default', id: 'host' }
const keys = { k1: newKey(), k2: newKey() }
const refusals = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const

test('usage() counts signing methods and passwords until they are used under the current key, or their owner is archived', async () => {
  const services = testServices()
  const keyring = localKeyring({ keys, currentKeyId: 'k1' })
  const lookups = storageLookups({ storage: services.storage, keyring, now: Date.now })
  const before = { ...services, keyring, lookups }
  const pin = { signingMethod: { type: 'PIN', value: '4711' } } as const
  const { user, methods } = await createUser(before, {}, actor, pin)
  const { user: archived } = await createUser(before, {}, actor, pin)
  const names = { firstName: 'A', lastName: 'B', address: '', dob: '1990-01-01' }
  const password = 'correct horse ada'
  const contact = { email: 'ada@example.org', phone: '+123456', username: 'ada', password }
  const { userId } = await register(before, actor, { ...contact, ...names })

  const after = { ...before, keyring: localKeyring({ keys, currentKeyId: 'k2' }) }
  await reseal(after, actor)
  const olderKeys = async () => (await keysInUse(after)).older
  expect(await olderKeys()).toMatchObject([{ id: 'k1', sealedValues: 0, signingMethods: 2, passwords: 1 }])

  await after.storage.commit(batch(ownerCloses(archived.id, Date.now())))
  expect(await olderKeys()).toMatchObject([{ signingMethods: 1 }])
  await unlock(after, actor, user.id, { id: methods[0]?.id ?? '' }, '4711', refusals)
  expect(await olderKeys()).toMatchObject([{ signingMethods: 0, passwords: 1 }])
  expect(await verifySecret(after, actor, userId, 'password', password)).toMatchObject({ userId })
  expect(await olderKeys()).toMatchObject([{ signingMethods: 0, passwords: 0, vouchesForAuditTrail: false }])
})
