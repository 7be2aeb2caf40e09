import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, describe, expect, test } from 'vitest'
import { databaseKinds, frameworks } from './init/choices.ts'
import { dependencyRanges } from './init/host-dependencies.ts'
import { runCommandLine } from './run-command-line.ts'
import { linkDependencies, runScript, startServer } from './test-fixtures/generated-host.ts'
import { runLine } from './test-fixtures/run-line.ts'

const parent = mkdtempSync(join(tmpdir(), 'billfold-init-'))
afterAll(() => rmSync(parent, { recursive: true, force: true }))

const databases = await listTestDatabases()
const servers = {
  sqlite: databases.find(({ kind }) => kind === 'sqlite'),
  postgres: databases.find(({ kind }) => kind === 'postgres'),
  mariadb: databases.find(({ kind }) => kind === 'mysql'),
}

/** Every framework, and every database with two of them; the servers if they are there. */
const hosts = [
  ...frameworks.map((framework) => ({ framework, database: 'sqlite' }) as const),
  { framework: 'express', database: 'postgres' } as const,
  { framework: 'fastify', database: 'postgres' } as const,
  { framework: 'koa', database: 'mariadb' } as const,
  { framework: 'hono', database: 'mariadb' } as const,
].filter(({ database }) => servers[database] !== undefined)

describe('billfold init', () => {
  test.each(hosts)('writes a host for $framework and $database that runs', async ({ framework, database }) => {
    const folder = join(parent, `${framework}-${database}`)
    const fresh = await servers[database]?.create()
    const environment = database === 'sqlite' ? undefined : { DATABASE_URL: fresh?.url ?? '' }
    const line = `init --framework ${framework} --database ${database} --folder ${folder} --api custody --api payments`
    expect(await runLine(line, environment)).toMatchObject({ code: 0, complaint: '' })
    linkDependencies(folder)

    expect((await runScript(folder, ['server.mjs'])).output).toContain('billfold migrate')
    expect(await runScript(folder, ['migrate.mjs'])).toMatchObject({
      code: 0,
      output: expect.stringContaining('Applied'),
    })
    expect(await runScript(folder, ['migrate.mjs'])).toEqual({ code: 0, output: 'Nothing to migrate\n' })
    const commandLine = 'node_modules/@billfold/cli/dist/main.js'
    const doctor = await runScript(folder, [commandLine, 'doctor'])
    expect(doctor).toMatchObject({ code: 0, output: expect.stringContaining('No problems') })
    const created = await runScript(folder, [
      commandLine,
      ...'service-key create --tag a --scope custody --json'.split(' '),
    ])
    const key: { readonly keyId: string; readonly keySecret: string } = JSON.parse(created.output)

    const host = await startServer(folder)
    const users = `${host.url}/custody/api/users`
    const authorization = `Basic ${Buffer.from(`${key.keyId}:${key.keySecret}`).toString('base64')}`
    expect((await fetch(`${host.url}/health`)).status).toBe(200)
    expect((await fetch(users)).status).toBe(401)
    expect((await fetch(users, { headers: { authorization } })).status).toBe(200)
    const body = JSON.stringify({ reference: 'ada' })
    const headers = { authorization, 'content-type': 'application/json' }
    expect((await fetch(users, { method: 'POST', headers, body })).status).toBe(200)
    expect((await fetch(`${host.url}/payments/openapi.json`)).status).toBe(200)
    // A second host on the same port ends, and says why.
    expect(await runScript(folder, ['server.mjs'], { PORT: new URL(host.url).port })).toMatchObject({
      code: 1,
      output: expect.stringContaining('EADDRINUSE'),
    })
    expect(await host.stop()).toBe(0)
    await fresh?.drop()
  })

  test('writes keys that only the owner can read and that git ignores', async () => {
    const folder = join(parent, 'secrets')
    await runLine(`init --framework express --database sqlite --folder ${folder}`)
    expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(folder, '.gitignore'), 'utf8').split('\n')).toContain('.env')
    const settings = parseEnv(readFileSync(join(folder, '.env'), 'utf8'))
    expect(settings['BILLFOLD_KEYS']).toMatch(/^\d{4}-\d\d-\d\d:[A-Za-z0-9+/]{43}=$/)
    expect(readFileSync(join(folder, 'migrations/0001-billfold.sql'), 'utf8')).toContain(
      'create table "billfold_users"',
    )
  })

  test('writes a URL whose password has signs with a meaning in .env', async () => {
    const folder = join(parent, 'quoted')
    const url = "postgres://app:a$b`c\\n'd@db.example/app?options=x#y"
    await runLine(`init --framework koa --database postgres --folder ${folder}`, { DATABASE_URL: url })
    const { DATABASE_URL: written = '' } = parseEnv(readFileSync(join(folder, '.env'), 'utf8'))
    expect(written).toBe(url.replace("'", '%27'))
    const read = await runScript(folder, ['-e', 'console.log(process.env.DATABASE_URL)'])
    expect(read.output).toBe(`${written}\n`)
  })

  test('says that the database of a server must exist, and that of the environment is not used if it is of another kind', async () => {
    const line = (database: string) =>
      `init --framework koa --database ${database} --folder ${join(parent, `next-${database}`)}`
    const server = await runLine(line('postgres'), { DATABASE_URL: 'mysql://app:hidden@db.example/app' })
    expect(server.printed).toContain('npm run migrate   # the database of DATABASE_URL in .env must exist\n')
    expect(server.printed).toContain('DATABASE_URL of the environment is not of postgres: .env has another\n')
    expect(server.printed).not.toContain('hidden')
    const file = await runLine(line('sqlite'))
    expect(file.printed).toContain('npm run migrate\n')
    expect(file.printed).not.toContain('DATABASE_URL')
  })

  test('completes a package that exists, and overwrites nothing', async () => {
    const folder = join(parent, 'existing')
    mkdirSync(folder)
    const manifest = { name: 'shop', scripts: { start: 'node shop.js' }, dependencies: { express: '^4.0.0' } }
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
    writeFileSync(join(folder, '.gitignore'), 'dist')
    const line = `init --framework express --database sqlite --folder ${folder}`
    expect((await runLine(line)).code).toBe(0)
    const completed = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    expect(completed).toMatchObject({ name: 'shop', scripts: { start: 'node shop.js', migrate: expect.any(String) } })
    expect(completed.dependencies).toMatchObject({ express: '^4.0.0', '@billfold/core': expect.any(String) })
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('dist\n.env\nnode_modules/\nbillfold.db*\n')

    const before = readFileSync(join(folder, '.env'), 'utf8')
    expect(await runLine(line)).toMatchObject({
      code: 2,
      complaint: expect.stringContaining('server.mjs, billfold.mjs'),
    })
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(before)
  })

  test('asks for what is left open, and takes the first choice for an empty answer', async () => {
    const folder = join(parent, 'asked')
    const questions: string[] = []
    const answers = ['', 'postgres']
    const code = await runCommandLine(['init', '--folder', folder], {
      environment: {},
      print: () => {},
      report: () => {},
      readInput: async () => '',
      ask: async (question) => {
        questions.push(question)
        return answers.shift() ?? ''
      },
    })
    expect(code).toBe(0)
    expect(questions).toEqual([
      `framework (${frameworks.join(', ')}) [express]: `,
      `database (${databaseKinds.join(', ')}) [sqlite]: `,
    ])
    expect(readFileSync(join(folder, 'database.mjs'), 'utf8')).toContain('PostgresDialect')
  })

  test.each([
    ['init', '--framework express|koa|hono|fastify'],
    ['init --framework express', '--database sqlite|postgres|mariadb'],
    ['init --framework rails --database sqlite', '--framework must be one of express'],
    ['init --framework express --database oracle', '--database must be one of sqlite'],
    ['init --framework express --database sqlite --api banking', '--api must be one of custody'],
  ])('rejects %s with exit code 2 and writes nothing', async (line, complaint) => {
    const folder = join(parent, 'rejected')
    expect(await runLine(`${line} --folder ${folder}`)).toMatchObject({
      code: 2,
      complaint: expect.stringContaining(complaint),
    })
    expect(existsSync(folder)).toBe(false)
  })

  test('names versions that Billfold is tested with', () => {
    const catalog = readFileSync(new URL('../../../pnpm-workspace.yaml', import.meta.url), 'utf8')
    for (const [name, range] of Object.entries(dependencyRanges)) {
      const tested = new RegExp(`^ {2}"?${name}"?: (\\S+)$`, 'm').exec(catalog)?.[1] ?? 'missing'
      expect(`${name} ${range}`).toContain(name === 'kysely' ? '^0.29.0' : `^${tested}`)
    }
  })
})
