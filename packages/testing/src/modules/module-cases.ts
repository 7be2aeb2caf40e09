import assert from 'node:assert/strict'
import {
  type AdditionalModule,
  createBillfold,
  type Keyring,
  localKeyring,
  memoryStorage,
  type ModuleResults,
  newKey,
  type Storage,
  type Billfold,
} from '@billfold/core'
import { findUserColumns } from '@billfold/core/modules'
import { createTestUser } from './create-test-user.ts'

/** A Billfold with one additional module. */
export type BillfoldWith<M extends AdditionalModule> = Billfold & ModuleResults<readonly [M]>

/** A module under test. */
export interface ModuleUnderTest<M extends AdditionalModule> {
  readonly module: M
  /** Writes rows about the user into all tables with personal data, and a value into every sealed column. */
  readonly fill: (billfold: BillfoldWith<M>, userId: string) => Promise<void>
}

/** One requirement of the module contract. `run` rejects if the module violates it. */
export interface ModuleCase {
  readonly name: string
  readonly run: <M extends AdditionalModule>(underTest: ModuleUnderTest<M>) => Promise<void>
}

const keys = { first: newKey(), second: newKey() }
const keyringWith = (currentKeyId: keyof typeof keys): Keyring => localKeyring({ keys, currentKeyId })

function createWith<M extends AdditionalModule>(
  module: M,
  storage: Storage = memoryStorage(),
  currentKeyId: keyof typeof keys = 'first',
): BillfoldWith<M> {
  return createBillfold({ storage, keyring: keyringWith(currentKeyId), modules: [module] })
}

/** The contract of a module, one case per requirement. */
export const moduleCases: readonly ModuleCase[] = [
  {
    name: 'has no name in common with Billfold',
    run: async ({ module }) => {
      assert.doesNotThrow(() => createWith(module))
    },
  },
  {
    name: 'gives every error code a status and a text, and every audit action and event a description',
    run: async ({ module: { errors = {}, auditActions = {}, events = {} } }) => {
      for (const [code, { status, message }] of Object.entries(errors)) {
        assert.ok(status >= 400 && status < 600, `${code}: the status ${status} is not from 400 to 599`)
        assert.notEqual(message.trim(), '', `${code}: the message is empty`)
      }
      for (const [action, description] of Object.entries(auditActions))
        assert.notEqual(description.trim(), '', `${action}: the description is empty`)
      for (const [type, { description, version }] of Object.entries(events)) {
        assert.notEqual(description.trim(), '', `${type}: the description is empty`)
        assert.ok(Number.isInteger(version) && version >= 1, `${type}: the version ${version} is not from 1`)
      }
      const pattern = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$/
      for (const name of [errors, auditActions, events].flatMap((table) => Object.keys(table)))
        assert.match(name, pattern, `${name} must have the form object.what-happened`)
      for (const name of [auditActions, events].flatMap((table) => Object.keys(table)))
        assert.ok(name.length <= 64, `${name} has more than 64 characters`)
    },
  },
  {
    name: 'declares how every column named sealed… is re-encrypted, or gives a reason',
    run: async ({ module }) => {
      const { tables, sealedColumns = [], masterSecretColumns = [], sealingExceptions = {} } = module
      const declared = new Set([
        ...[...sealedColumns, ...masterSecretColumns].map(({ table, column }) => `${table.name}.${column}`),
        ...Object.keys(sealingExceptions),
      ])
      const sealed = tables.flatMap(({ name, columns }) =>
        Object.keys(columns).flatMap((column) => (column.startsWith('sealed') ? [`${name}.${column}`] : [])),
      )
      assert.deepEqual(
        sealed.filter((column) => !declared.has(column)),
        [],
      )
    },
  },
  {
    name: 'exports and erases every table that names a user, or gives a reason',
    run: async ({ module }) => {
      const { tables, personalDataExceptions = {} } = module
      const covered = new Set<string>()
      // The parts are what createBillfold creates, seen from the module's own function.
      const observed = {
        ...module,
        create: (context: Parameters<typeof module.create>[0]) => {
          const parts = module.create(context)
          for (const { tables: exported } of parts.personalData ?? [])
            for (const { name } of exported) covered.add(name)
          return parts
        },
      }
      createWith(observed)
      const missing = tables.filter(
        (table) =>
          findUserColumns(table).length > 0 &&
          !covered.has(table.name) &&
          personalDataExceptions[table.name] === undefined,
      )
      assert.deepEqual(
        missing.map(({ name }) => name),
        [],
      )
    },
  },
  {
    name: 'exports what it stores about a user, and nothing after the erasure',
    run: async ({ module, fill }) => {
      const storage = memoryStorage()
      const billfold = createWith(module, storage)
      const [userId, other] = [await createTestUser(storage), await createTestUser(storage)]
      const names = Object.keys((await billfold.users.export(userId)).data)
      await fill(billfold, userId)
      await fill(billfold, other)
      const { data } = await billfold.users.export(userId)
      const added = Object.keys(data).filter((name) => !names.includes(name))
      if (module.tables.some((table) => findUserColumns(table).length > 0))
        assert.notDeepEqual(added, [], 'fill() adds nothing to the export of the user')
      JSON.stringify(data)
      const { data: otherBefore } = await billfold.users.export(other)
      await billfold.users.erase(userId)
      await billfold.users.erase(userId)
      const { data: after } = await billfold.users.export(userId)
      assert.deepEqual(
        added.filter((name) => name in after),
        [],
      )
      assert.deepEqual((await billfold.users.export(other)).data, otherBefore, 'another user was affected')
    },
  },
  {
    name: 'can be read after a key rotation, and needs the old key no longer',
    run: async ({ module, fill }) => {
      const storage = memoryStorage()
      const userId = await createTestUser(storage)
      const before = createWith(module, storage)
      await fill(before, userId)
      const exported = (await before.users.export(userId)).data
      const after = createWith(module, storage, 'second')
      const { unreadable } = await after.keys.reencrypt()
      assert.deepEqual(unreadable, [])
      const { olderKeys, malformedValues } = await after.keys.usage()
      assert.deepEqual(
        olderKeys.filter(({ sealedValues }) => sealedValues > 0),
        [],
      )
      assert.equal(malformedValues, 0)
      assert.deepEqual((await after.users.export(userId)).data, exported)
    },
  },
  {
    name: 'survives overlapping maintenance runs',
    run: async ({ module, fill }) => {
      const storage = memoryStorage()
      const billfold = createWith(module, storage)
      await fill(billfold, await createTestUser(storage))
      await Promise.all([billfold.maintain(), billfold.maintain()])
    },
  },
]
