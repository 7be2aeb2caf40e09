import { batch, appliedBatches, bytes, defineTable, insert, type Storage, text, update } from '@billfold/core/storage'
import { listTestDatabases } from '@billfold/test-databases'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTables } from '../schema/create-tables.ts'
import { kyselyStorage } from '../kysely-storage.ts'

const notes = defineTable({
  name: 'notes',
  columns: { id: text(64), long: text(), raw: bytes() },
  key: ['id'],
})

/** The session in which a quote after a backslash ends a literal, and its opposite. */
const sessions = {
  sqlite: [[]],
  postgres: [[], ['set standard_conforming_strings = off']],
  mysql: [
    [`set sql_mode = 'NO_BACKSLASH_ESCAPES'`],
    [`set sql_mode = ''`, 'set character_set_client = latin1'],
    [`set sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,STRICT_ALL_TABLES'`],
  ],
} as const

/** Fragments that escape, end or comment out a literal somewhere; text has no U+0000, bytes do. */
const fragment = fc.constantFrom(
  "'",
  "''",
  '"',
  '`',
  '\\',
  "\\'",
  "\\\\'",
  '\\x1a',
  '\u001A',
  '\n',
  '\r',
  '\t',
  '\b',
  '%',
  '_',
  '?',
  '??',
  ':a',
  '$1',
  '$$',
  '-- ',
  '#',
  '/*',
  '*/',
  '/*!50000',
  ';',
  "' or 1=1 -- ",
  "\\' or 1=1 -- ",
  "x'41'",
  '𝒳',
  '👛',
  '漢',
  '¥',
  '\u00A5',
  '\u20A9',
  '\u02BC',
  '\uFF07',
  'é',
  'ß',
  '\u0301',
  '\uFEFF',
  '\uFFFD',
  '',
  ' ',
) // prettier-ignore
const hostileText = fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join(''))
const hostileId = hostileText.map((value) => [...value].slice(0, 64).join(''))
const hostileBytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  hostileText.map((value) => Uint8Array.from(Buffer.from(`\0${value}`))),
)

for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect, kind } = database
  const used = kind === 'pglite' ? [[]] : sessions[dialect]
  for (const session of used) {
    describe(`hostile text on ${database.name}, ${session.join(', ') || 'in its usual session'}`, () => {
      let close = async (): Promise<void> => {}
      let storage: Storage
      beforeAll(async () => {
        const fresh = await database.create()
        close = fresh.drop
        await createTables(fresh.connect(), { dialect }, [appliedBatches, notes])
        const { db, driver } = fresh.connectWithSession(session)
        storage = kyselyStorage(db, { dialect, ...driver })
        await storage.commit(batch(insert(notes, { id: 'bystander', long: 'untouched', raw: new Uint8Array() })))
      })
      afterAll(() => close())

      test('is stored, found by every kind of condition, and read back unchanged', async () => {
        await fc.assert(
          fc.asyncProperty(hostileId, hostileText, hostileText, hostileBytes, async (id, first, second, raw) => {
            fc.pre(id !== 'bystander')
            await storage.commit(batch(insert(notes, { id, long: first, raw })))
            expect(await storage.find(notes, { where: { id } })).toEqual([{ id, long: first, raw }])
            await storage.commit(batch(update(notes, { where: { id, long: first, raw }, set: { long: second } })))
            const row = { id, long: second, raw }
            expect(await storage.find(notes, { where: { id: { in: [id, `${id}'`] }, long: second } })).toEqual([row])
            expect(await storage.find(notes, { where: { raw, id: { gte: id, lte: id } } })).toEqual([row])
            await storage.commit(
              batch({ kind: 'remove', table: notes, where: { id, long: { in: [second] } }, expectedRows: 'one' }),
            )
            expect(await storage.find(notes)).toEqual([{ id: 'bystander', long: 'untouched', raw: new Uint8Array() }])
          }),
          { numRuns: 100 },
        )
      })

      test('in a condition matches nobody else', async () => {
        const payloads = [
          "' or '1'='1",
          "\\' or 1=1 -- ",
          "\\'; delete from billfold_notes; -- ",
          '\\',
          "\u00BF' or 1=1 -- ",
        ]
        for (const payload of payloads) {
          expect(await storage.find(notes, { where: { id: payload } })).toEqual([])
          expect(await storage.find(notes, { where: { long: { in: [payload] } } })).toEqual([])
        }
        expect((await storage.find(notes)).length).toBe(1)
      })
    })
  }
}
