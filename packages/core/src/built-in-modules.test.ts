import { readFileSync } from 'node:fs'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { type BuiltInAuditActions, builtInDeclarations, builtInModules } from './built-in-modules.ts'
import { type EventCatalogue, type EventType, eventCatalogue } from './events.ts'
import { identifiers } from './identity/users/identifier-table.ts'
import { identifierWrite } from './identity/users/identifiers.ts'
import { errorTable, isBillfoldError } from './kernel/errors.ts'
import { newId } from './kernel/ids.ts'
import { batch, insert, remove } from './kernel/storage/index.ts'
import type { TrackedStorage } from './platform/idempotency/index.ts'
import { computeWalletId } from './onboarding/wallet-login/index.ts'
import type { AuditAction } from './platform/audit/actions.ts'
import type { ModuleDeclaration, ModuleParts } from './platform/module.ts'
import { findUserColumns } from './platform/personal-data.ts'
import { createBuiltInParts } from './test-fixtures/built-in-parts.ts'
import { createRow } from './test-fixtures/create-row.ts'
import { testServices } from './test-fixtures/services.ts'

const modules: readonly ModuleDeclaration[] = builtInModules
const { tables, auditActions, events, errors } = builtInDeclarations
const exceptions = Object.fromEntries(
  modules.flatMap(({ personalDataExceptions = {} }) => Object.entries(personalDataExceptions)),
)

const readDocs = (page: string): string => readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8')

const services = testServices()
const parts: Readonly<Record<string, ModuleParts>> = createBuiltInParts(services)
const personalData = Object.values(parts).flatMap((part) => part.personalData ?? [])

describe('the scopes of service keys', () => {
  test('are those that the guards of the APIs require', () => {
    const required = Object.values(parts)
      .flatMap(({ api }) => api?.routes ?? [])
      .flatMap((one) => ('guard' in one && isGuard(one.guard) ? one.guard.name : ''))
      .flatMap((name) => /with the scope ([a-z:-]+)/.exec(name)?.[1] ?? [])
    const declared = Object.keys(builtInDeclarations.serviceKeyScopes)
    expect(declared).toEqual(expect.arrayContaining([...new Set(required)]))
    expect(required).toContain('dids:sign')
    for (const description of Object.values(builtInDeclarations.serviceKeyScopes)) expect(description).toMatch(/^[A-Z]/)
  })
})

function isGuard(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
}

describe('tables that name a user', () => {
  const covered = new Set(personalData.flatMap((data) => data.tables.map(({ name }) => name)))

  test.each(tables.filter((table) => findUserColumns(table).length > 0).map((table) => [table.name]))(
    '%s is exported and erased with the user, or is an exception with a reason',
    (name) => {
      expect([covered.has(name), exceptions[name] !== undefined]).toContain(true)
    },
  )

  test('exceptions are given for existing tables of the same module, with a reason', () => {
    for (const { name, tables: own, personalDataExceptions = {} } of modules)
      for (const [table, reason] of Object.entries(personalDataExceptions)) {
        expect(
          own.map((one) => one.name),
          `${name}: ${table}`,
        ).toContain(table)
        expect(reason.length, `${name}: ${table}`).toBeGreaterThan(10)
      }
  })

  test('personal data covers tables of its own module only', () => {
    for (const { name, tables: own } of modules)
      for (const data of parts[name]?.personalData ?? []) expect(own).toEqual(expect.arrayContaining([...data.tables]))
  })
})

describe.each(personalData.map((data) => [data.name, data] as const))('personal data of %s', (_, data) => {
  const tenant = 'default'
  const publicKey = 'a0'.repeat(32)

  /** Inserts a row about the user into each of the tables. Their sealed values cannot be opened. */
  async function insertRows(userId: string): Promise<void> {
    const owner = await computeWalletId(services, tenant, publicKey)
    const rows = data.tables.map((table) => {
      const named = Object.fromEntries(findUserColumns(table).map((name) => [name, name === 'owner' ? owner : userId]))
      return insert(table, { ...createRow(table), tenant, ...named })
    })
    await services.storage.commit(batch(...rows))
  }

  test('is read from each of its tables, and erased from each of them', async () => {
    const userId = newId()
    const names = data.tables.map(({ name }) => name)
    const read = new Set<string>()
    const storage: TrackedStorage = {
      ...services.storage,
      find: (table, query) => {
        read.add(table.name)
        return services.storage.find(table, query)
      },
    }
    const identifier = await identifierWrite(services, tenant, userId, { kind: 'public-key', value: publicKey }, null)
    await services.storage.commit(batch(identifier))
    await data.collect({ ...services, storage }, { tenant, userId })
    await insertRows(userId)
    await data.collect({ ...services, storage }, { tenant, userId }).catch((error: unknown) => {
      if (!isBillfoldError(error, 'sealed.invalid')) throw error
    })
    expect([...read]).toEqual(expect.arrayContaining(names))
    const { writes } = await data.erase(services, { tenant, userId })
    expect(writes.map(({ table }) => table.name)).toEqual(expect.arrayContaining(names))
    await services.storage.commit(batch(...writes, remove(identifiers, { where: { userId } })))
  })
})

describe('error codes', () => {
  test('are declared by the modules, each with a status and a text', () => {
    expect(errors).toEqual(errorTable)
    for (const [code, { status, message }] of Object.entries(errors)) {
      expect(status, code).toBeGreaterThanOrEqual(400)
      expect(status, code).toBeLessThan(600)
      expect(message, code).toMatch(/^[A-Z].*[^.]$/)
      expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/)
    }
  })

  test('are all in docs/errors.md', () => {
    const page = readDocs('errors.md')
    expect(Object.keys(errors).filter((code) => !page.includes(`| \`${code}\` |`))).toEqual([])
  })
})

test('every audit action is in docs/audit.md', () => {
  const page = readDocs('audit.md')
  expect(Object.keys(auditActions).filter((action) => !page.includes(`| \`${action}\` |`))).toEqual([])
})

test('every event is in docs/event-catalogue.md', () => {
  const page = readDocs('event-catalogue.md')
  expect(Object.keys(events).filter((type) => !page.includes(`| \`${type}\` |`))).toEqual([])
})

test('eventCatalogue lists the events of all modules', () => {
  expect(eventCatalogue).toEqual(events)
})

test('the types that other packages load name every audit action and event', () => {
  expectTypeOf<keyof BuiltInAuditActions>().toEqualTypeOf<AuditAction>()
  expectTypeOf<keyof EventCatalogue>().toEqualTypeOf<EventType>()
})
