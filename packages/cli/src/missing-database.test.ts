import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, describe, expect, test } from 'vitest'
import { runLine } from './test-fixtures/run-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'billfold-missing-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const environment = { BILLFOLD_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}` }

describe('a SQLite file that does not exist', () => {
  const file = join(folder, 'misspelled.db')

  test.each(['audit verify', 'keys list', 'service-key list'])(
    'is not created by %s, which names the cure',
    async (command) => {
      const answer = await runLine(`${command} --database sqlite:${file}`, environment)
      expect(answer).toMatchObject({ code: 2, printed: '', complaint: expect.stringContaining(`no database ${file}`) })
      expect(answer.complaint).toContain(`billfold migrate --database sqlite:${file}`)
      expect(existsSync(file)).toBe(false)
    },
  )

  test('is shown as empty by a dry run of the migration, which does not create it', async () => {
    const { code, printed } = await runLine(`migrate --dry-run --database sqlite:${file}`)
    expect({ code, printed }).toEqual({ code: 0, printed: expect.stringContaining('create table') })
    expect(existsSync(file)).toBe(false)
  })

  test('in a folder that does not exist is refused by the migration as well', async () => {
    const missing = join(folder, 'no', 'such.db')
    const answer = await runLine(`migrate --database sqlite:${missing}`)
    expect(answer).toMatchObject({ code: 2, complaint: expect.stringContaining(`no folder ${join(folder, 'no')}`) })
  })

  test('is created by the migration', async () => {
    expect(await runLine(`migrate --database sqlite:${file}`)).toMatchObject({ code: 0 })
    expect(await runLine(`audit verify --database sqlite:${file}`, environment)).toMatchObject({ code: 0 })
  })
})

for (const database of (await listTestDatabases()).filter(({ kind }) => kind === 'postgres' || kind === 'mysql'))
  describe(`the command line on ${database.name}`, () => {
    test('names a database that does not exist', async () => {
      const fresh = await database.create()
      const url = new URL(fresh.url ?? '')
      url.pathname = '/billfold_misspelled'
      for (const command of ['audit verify', 'migrate'])
        expect(await runLine(`${command} --database ${url.href}`, environment)).toMatchObject({
          code: 1,
          complaint: expect.stringContaining('the database does not exist: create it'),
        })
      await fresh.drop()
    })

    test('names a database without tables', async () => {
      const fresh = await database.create()
      expect(await runLine(`audit verify --database ${fresh.url ?? ''}`, environment)).toMatchObject({
        code: 1,
        complaint: expect.stringContaining('run "billfold migrate"'),
      })
      await fresh.drop()
    })
  })
