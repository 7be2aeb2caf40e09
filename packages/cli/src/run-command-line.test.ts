// cspell:ignore webhok unlok custdy creatd
import { listTestDatabases } from '@billfold/test-databases'
import { describe, expect, test } from 'vitest'
import { commands } from './run-command-line.ts'
import { runLine as type } from './test-fixtures/run-line.ts'

const databases = (await listTestDatabases()).filter(({ kind }) => kind !== 'pglite')

describe('the command line', () => {
  test('lists the commands', async () => {
    expect(await type('--help')).toMatchObject({
      code: 0,
      printed: expect.stringContaining('migrate      migrate the database'),
    })
    expect((await type('')).code).toBe(2)
  })

  test.each(commands)('lists $name as the command itself does', async ({ name, summary, load }) => {
    expect(await load()).toMatchObject({ name, summary })
  })

  test('prints the usage of a command', async () => {
    expect(await type('migrate --help')).toMatchObject({ code: 0, printed: expect.stringContaining('--database URL') })
  })

  test.each(commands)(
    'prints the help of $name and of each of its subcommands in 100 columns',
    async ({ name, load }) => {
      const group = await type(`${name} --help`)
      expect(group).toMatchObject({ code: 0, complaint: '' })
      const { subcommands } = await load()
      for (const verb of subcommands) {
        expect(group.printed).toContain(`\n  ${verb}`)
        const { code, printed } = await type(`${name} ${verb} --help`)
        expect(code).toBe(0)
        expect(printed).toMatch(new RegExp(`^billfold ${name} ${verb} .*\\[options\\]\n\n[A-Z]`))
        expect(await type(`help ${name} ${verb}`)).toMatchObject({ printed })
        expect(Math.max(...printed.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
      }
    },
  )

  test('ends an error with the help to ask for, and prints no usage with it', async () => {
    expect((await type('keys rotate')).complaint).toBe(
      'Missing argument: ID of the key: billfold keys rotate ID\nRun billfold keys rotate --help for help\n',
    )
    expect((await type('keys fly')).complaint).toMatch(/\nRun billfold keys --help for help\n$/)
  })

  test.each([
    ['fly', 'Unknown command: "fly"'],
    ['webhok list', 'Did you mean "webhook"?'],
    ['user unlok 1', 'Did you mean "unlock"?'],
    ['user unlock 1 2', 'Unexpected argument: "2"'],
    ['service-key create --tag a --scope custdy', 'Unknown scope: "custdy". Did you mean "custody"?'],
    ['audit search --action user.creatd', 'Did you mean "user.created"?'],
    ['migrate --colour red', "Unknown option '--colour'"],
    ['migrate', '--database URL'],
    ['migrate --database oracle://x', 'must start with postgres://'],
    ['migrate --database postgres://app:geheim@db/app', 'set DATABASE_URL'],
    ['migrate --database postgres://app:geheim/@db/app', 'set DATABASE_URL'],
    ['audit verify --database mysql://app:geheim@db/app', 'set DATABASE_URL'],
    ['migrate --database postgres://db/app?user=app&password=geheim', 'set DATABASE_URL'],
    ['migrate --to one', '--to must be the name of a migration'],
    ['migrate --print --from -1', "'--from' argument is ambiguous"],
    ['migrate --print', 'Missing or unknown dialect'],
    ['migrate --print --dialect oracle', 'Missing or unknown dialect'],
    ['did-registry', 'Missing subcommand'],
    ['did-registry fly', 'Unknown subcommand "fly": deploy, check or payer'],
    ['did-registry deploy --rpc http://127.0.0.1:1 --chain-id 1', '--keyring-key ID'],
    ['did-registry payer', '--keyring-key ID'],
    ['did-registry check --rpc http://127.0.0.1:1 --chain-id x --contract 0x00', '--chain-id must be a whole number'],
    ['did-registry check --rpc http://127.0.0.1:1 --chain-id 1', '--contract ADDRESS'],
    ['did-registry check --rpc file:///x --chain-id 1 --contract 0x00', 'must start with http://'],
    ['did-registry check --chain-id 1 --contract 0x00', '--rpc URL'],
  ])('rejects %s with exit code 2', async (line, complaint) => {
    const answer = await type(line)
    expect(answer).toMatchObject({ code: 2, printed: '', complaint: expect.stringContaining(complaint) })
    expect(answer.complaint).not.toContain('geheim')
  })

  test('prints its version, and the help for -h', async () => {
    expect(await type('--version')).toMatchObject({ code: 0, printed: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
    expect(await type('-h')).toEqual(await type('--help'))
    expect(await type('migrate -h')).toEqual(await type('migrate --help'))
  })
})

describe('billfold did-registry', () => {
  test('payer prints the same address for the same keyring key', async () => {
    const environment = { BILLFOLD_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}` }
    const { code, printed } = await type('did-registry payer --keyring-key k1', environment)
    expect({ code, printed }).toMatchObject({ code: 0, printed: expect.stringMatching(/^0x[0-9a-f]{40}\n$/) })
    expect(await type('did-registry payer --keyring-key k1', environment)).toMatchObject({ printed })
  })

  test('payer does not print an invalid private key', async () => {
    const { code, complaint } = await type('did-registry payer', { BILLFOLD_PAYER_KEY: 'secret-but-wrong' })
    expect({ code, complaint }).toMatchObject({ code: 2, complaint: expect.not.stringContaining('secret-but-wrong') })
  })
})

describe('billfold migrate', () => {
  test.each(['sqlite', 'postgres', 'mysql', 'mariadb'])('prints the SQL for %s', async (dialect) => {
    const { code, printed } = await type(`migrate --print --dialect ${dialect} --prefix ours_`)
    expect(code).toBe(0)
    expect(printed).toMatch(/create table ["`]ours_applied_batches["`]/)
    expect(printed).not.toContain('billfold_')
  })

  test('prints the error of an unreachable database and returns 1', async () => {
    const { code, complaint } = await type('migrate --database postgres://nobody@127.0.0.1:1/none')
    expect(code).toBe(1)
    expect(complaint).toContain('ECONNREFUSED')
  })

  for (const database of databases) {
    test(`migrates ${database.name} and does nothing when run again`, async () => {
      const fresh = await database.create()
      const environment = { DATABASE_URL: fresh.url ?? '' }
      const shown = await type('migrate --dry-run --to 0001-initial-schema', environment)
      expect(shown).toMatchObject({
        code: 0,
        printed: expect.stringMatching(/^-- core\/0001-initial-schema\ncreate table /),
      })
      expect((await type('migrate --to 0001-initial-schema', environment)).printed).toBe(
        'Applied core/0001-initial-schema\n',
      )
      expect((await type('migrate --dry-run --to 0001-initial-schema', environment)).printed).toBe(
        '-- nothing to migrate\n',
      )
      expect((await type('migrate', environment)).printed).toMatch(/^(Nothing to migrate|Applied core\/0002-)/)
      expect(await type('migrate', environment)).toMatchObject({ code: 0, printed: 'Nothing to migrate\n' })
      await fresh.drop()
    })
  }
})
