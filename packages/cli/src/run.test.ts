import { openTestDatabases } from '@billfold/test-databases'
import { describe, expect, test } from 'vitest'
import { typeLine as type } from './test-fixtures/type-line.ts'

const databases = (await openTestDatabases()).filter(({ kind }) => kind !== 'pglite')

describe('billfold', () => {
  test('lists its commands', async () => {
    expect(await type('--help')).toMatchObject({
      code: 0,
      printed: expect.stringContaining('migrate      bring the tables'),
    })
    expect((await type('')).code).toBe(2)
  })

  test('says how a command is used', async () => {
    expect(await type('migrate --help')).toMatchObject({ code: 0, printed: expect.stringContaining('--database URL') })
  })

  test.each([
    ['fly', 'There is no command "fly"'],
    ['migrate --colour red', "Unknown option '--colour'"],
    ['migrate', 'Say which database'],
    ['migrate --database oracle://x', 'begins with postgres://'],
    ['migrate --database postgres://app:geheim@db/app', 'set DATABASE_URL'],
    ['migrate --database postgres://app:geheim/@db/app', 'set DATABASE_URL'],
    ['audit verify --database mysql://app:geheim@db/app', 'set DATABASE_URL'],
    ['migrate --database postgres://db/app?user=app&password=geheim', 'set DATABASE_URL'],
    ['migrate --to one', '--to is the number of a version'],
    ['migrate --print --from -1', "'--from' argument is ambiguous"],
    ['migrate --print', 'Say for which database'],
    ['migrate --print --dialect oracle', 'Say for which database'],
    ['did-registry', 'Say what to do'],
    ['did-registry fly', 'Say what to do'],
    ['did-registry deploy --rpc http://127.0.0.1:1 --chain-id 1', 'Say who pays'],
    ['did-registry payer', 'Say who pays'],
    ['did-registry check --rpc http://127.0.0.1:1 --chain-id x --contract 0x00', '--chain-id is a whole number'],
    ['did-registry check --rpc http://127.0.0.1:1 --chain-id 1', 'Say which contract'],
    ['did-registry check --rpc file:///x --chain-id 1 --contract 0x00', 'begins with http://'],
    ['did-registry check --chain-id 1 --contract 0x00', 'Say which node'],
  ])('does not understand %s', async (line, complaint) => {
    const answer = await type(line)
    expect(answer).toMatchObject({ code: 2, printed: '', complaint: expect.stringContaining(complaint) })
    expect(answer.complaint).not.toContain('geheim')
  })

  test('says which release it is, and is helpful by the short name too', async () => {
    expect(await type('--version')).toMatchObject({ code: 0, printed: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
    expect(await type('-h')).toEqual(await type('--help'))
    expect(await type('migrate -h')).toEqual(await type('migrate --help'))
  })
})

describe('billfold did-registry', () => {
  test('says which account the key of a keyring stands for, always the same', async () => {
    const environment = { BILLFOLD_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}` }
    const { code, printed } = await type('did-registry payer --keyring-key k1', environment)
    expect({ code, printed }).toMatchObject({ code: 0, printed: expect.stringMatching(/^0x[0-9a-f]{40}\n$/) })
    expect(await type('did-registry payer --keyring-key k1', environment)).toMatchObject({ printed })
  })

  test('shows nothing of a private key that is none', async () => {
    const { code, complaint } = await type('did-registry payer', { BILLFOLD_PAYER_KEY: 'secret-but-wrong' })
    expect({ code, complaint }).toMatchObject({ code: 2, complaint: expect.not.stringContaining('secret-but-wrong') })
  })
})

describe('billfold migrate', () => {
  test.each(['sqlite', 'postgres', 'mysql', 'mariadb'])('prints the SQL for %s', async (dialect) => {
    const { code, printed } = await type(`migrate --print --dialect ${dialect} --prefix ours_`)
    expect(code).toBe(0)
    expect(printed).toMatch(/create table ["`]ours_batches["`]/)
    expect(printed).not.toContain('billfold_')
  })

  test('fails with what the database said when it does not answer', async () => {
    const { code, complaint } = await type('migrate --database postgres://nobody@127.0.0.1:1/none')
    expect(code).toBe(1)
    expect(complaint).toContain('ECONNREFUSED')
  })

  for (const database of databases) {
    test(`migrates ${database.name}, once`, async () => {
      const fresh = await database.open()
      const environment = { DATABASE_URL: fresh.url ?? '' }
      const shown = await type('migrate --dry-run --to 1', environment)
      expect(shown).toMatchObject({ code: 0, printed: expect.stringMatching(/^-- version 1\ncreate table /) })
      expect((await type('migrate --to 1', environment)).printed).toBe('Applied version 1\n')
      expect((await type('migrate --dry-run --to 1', environment)).printed).toBe('-- nothing to do\n')
      expect((await type('migrate', environment)).printed).toMatch(/^(Nothing to do|Applied version 2)/)
      expect(await type('migrate', environment)).toMatchObject({ code: 0, printed: 'Nothing to do\n' })
      await fresh.drop()
    })
  }
})
