import { expect, test } from 'vitest'
import { builtInDeclarations, builtInModules } from '../../built-in-modules.ts'
import { closeOwnerWrites } from '../../identity/signing-methods/owner.ts'
import { authorizeMethod } from '../../identity/signing-methods/authorize-method.ts'
import { localKeyring, newKey } from '../../kernel/crypto/index.ts'
import { storageBlindIndex } from '../../platform/blind-index/index.ts'
import { verifyPaymentCredential } from '../../payments/credentials/credentials.ts'
import { registerPaymentUser } from '../../payments/users/register.ts'
import { batch } from '../../kernel/storage/index.ts'
import { testServices } from '../../test-fixtures/services.ts'
import type { ModuleDeclaration } from '../../platform/module.ts'
import { createUser } from '../../identity/users/create.ts'
import { reencryptAll } from './reencrypt.ts'
import { getKeyringUsage } from './key-usage.ts'

const { sealedColumns, pepperedValues } = builtInDeclarations

const actor = { tenant: 'default', id: 'host' }
const keys = { k1: newKey(), k2: newKey() }
const refusals = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const

test('every table with a column of a pepper belongs to a module that declares its peppered values', () => {
  const modules: readonly ModuleDeclaration[] = builtInModules
  const peppered = modules.filter(({ tables }) =>
    tables.some(({ columns }) => 'phc' in columns || 'pepperKeyId' in columns),
  )
  expect(peppered.map(({ name, pepperedValues: kinds = [] }) => [name, kinds.length])).toEqual([
    ['signingMethods', 1],
    ['payments', 1],
  ])
})

const counts = (methods: number, passwords: number) => [
  { name: 'signing methods', count: methods },
  { name: 'passwords and PINs', count: passwords },
]

test('usage() counts signing methods and passwords until they are used under the current key, or their owner is archived', async () => {
  const services = testServices()
  const keyring = localKeyring({ keys, currentKeyId: 'k1' })
  const blindIndex = storageBlindIndex({ storage: services.storage, keyring, now: Date.now })
  const before = { ...services, keyring, blindIndex }
  const pin = { signingMethod: { type: 'PIN', value: '4711' } } as const
  const { user, methods } = await createUser(before, {}, actor, pin)
  const { user: archived } = await createUser(before, {}, actor, pin)
  const names = { firstName: 'A', lastName: 'B', address: '', dob: '1990-01-01' }
  const password = 'correct horse ada'
  const contact = { email: 'ada@example.org', phone: '+123456', username: 'ada', password }
  const { userId } = await registerPaymentUser(before, actor, { ...contact, ...names })

  const after = { ...before, keyring: localKeyring({ keys, currentKeyId: 'k2' }) }
  await reencryptAll(after, sealedColumns, actor)
  const olderKeys = async () => (await getKeyringUsage(after, sealedColumns, pepperedValues)).olderKeys
  expect(await olderKeys()).toMatchObject([{ id: 'k1', sealedValues: 0, pepperedValues: counts(2, 1) }])

  await after.storage.commit(batch(...closeOwnerWrites(archived.id, Date.now())))
  expect(await olderKeys()).toMatchObject([{ pepperedValues: counts(1, 1) }])
  await authorizeMethod(after, actor, user.id, { id: methods[0]?.id ?? '' }, '4711', refusals)
  expect(await olderKeys()).toMatchObject([{ pepperedValues: counts(0, 1) }])
  expect(await verifyPaymentCredential(after, actor, userId, 'password', password)).toMatchObject({ userId })
  expect(await olderKeys()).toMatchObject([{ pepperedValues: counts(0, 0), authenticatesAuditLog: false }])
})
