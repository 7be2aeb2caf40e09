import { mkdirSync } from 'node:fs'
import { type Terminal, UsageError } from './command.ts'
import { createSingleCommand, defineSubcommand } from './command-group.ts'
import { type ApiName, apiNames, type DatabaseKind, databaseKinds, frameworks } from './init/choices.ts'
import { defaultDatabaseUrls, isUrlOf } from './init/database-file.ts'
import { writeHost } from './init/write-host.ts'
import { readVersion } from './read-version.ts'

/** `billfold init`: writes a host that runs. */
export const initCommand = createSingleCommand({
  name: 'init',
  command: defineSubcommand({
    summary: 'write a host that runs: server, database connection, migration, keys',
    details: `Asks for what the options leave open, if there is somebody to ask. Overwrites nothing.

The keys and the database URL are in .env, which only you can read and which git ignores. The URL is DATABASE_URL of the environment if it names such a database, otherwise one on this machine.`,
    options: {
      framework: { type: 'string', value: 'NAME', help: frameworks.join(', ') },
      database: {
        type: 'string',
        value: 'KIND',
        help: `${databaseKinds.join(', ')}; mariadb writes what MySQL takes too, which is not yet tested`,
      },
      api: {
        type: 'string',
        multiple: true,
        value: 'NAME',
        help: `an API to mount: ${apiNames.join(', ')}; can be repeated; default: custody`,
      },
      folder: { type: 'string', value: 'DIR', help: 'where to write; default: the working directory' },
    },
    run: async ({ folder = '.', api = ['custody'], ...values }, _, terminal) => {
      const framework = await choose('framework', values.framework, frameworks, terminal)
      const database = await choose('database', values.database, databaseKinds, terminal)
      const apis = api.map((name) => parseChoice('api', name, apiNames))
      const databaseUrl = findUrl(database, terminal)
      mkdirSync(folder, { recursive: true })
      const version = `^${await readVersion()}`
      const files = writeHost(folder, { framework, database, apis, databaseUrl }, version, Date.now())
      const written = files.map((path) => `wrote ${path}\n`).join('')
      const unused = isUnused(databaseUrl, terminal)
        ? `DATABASE_URL of the environment is not of ${database}: .env has another\n`
        : ''
      return {
        text: `${written}${unused}\n${nextSteps(folder, database, apis)}`,
        data: { folder, framework, database, apis, files },
      }
    },
  }),
})

function findUrl(database: DatabaseKind, { environment }: Terminal): string {
  const url = environment['DATABASE_URL']
  return url !== undefined && isUrlOf(database, url) && !/[\r\n]/.test(url) ? url : defaultDatabaseUrls[database]
}

/** Returns true if the environment names a database that the host does not get. */
function isUnused(databaseUrl: string, { environment }: Terminal): boolean {
  const url = environment['DATABASE_URL'] ?? ''
  return url !== '' && url !== databaseUrl
}

async function choose<T extends string>(
  option: string,
  given: string | undefined,
  choices: readonly T[],
  { ask }: Terminal,
): Promise<T> {
  if (given !== undefined) return parseChoice(option, given, choices)
  if (ask === undefined) throw new UsageError(`Missing argument: --${option} ${choices.join('|')}`)
  const [first] = choices
  const answer = (await ask(`${option} (${choices.join(', ')}) [${first}]: `)).trim()
  return parseChoice(option, answer === '' ? (first ?? '') : answer, choices)
}

function parseChoice<T extends string>(option: string, word: string, choices: readonly T[]): T {
  const choice = choices.find((known) => known === word)
  if (choice === undefined)
    throw new UsageError(`--${option} must be one of ${choices.join(', ')}: ${JSON.stringify(word)}`)
  return choice
}

/** The scope of a first service key, for the APIs that service keys call. */
const firstScopes: Readonly<Partial<Record<ApiName, string>>> = {
  custody: 'custody',
  dids: 'dids',
  authentication: 'authentication',
}

function nextSteps(folder: string, database: DatabaseKind, apis: readonly ApiName[]): string {
  const scopes = apis.flatMap((api) => firstScopes[api] ?? [])
  const steps = [
    ...(folder === '.' ? [] : [`cd ${folder}`]),
    'npm install',
    database === 'sqlite' ? 'npm run migrate' : 'npm run migrate   # the database of DATABASE_URL in .env must exist',
    ...(scopes.length === 0
      ? []
      : [`npm run billfold -- service-key create --tag first ${scopes.map((scope) => `--scope ${scope}`).join(' ')}`]),
    'npm run billfold -- doctor',
    'npm start',
    ...apis.map((api) => `curl http://127.0.0.1:3000/${api}/openapi.json   # in another terminal: every route`),
  ]
  return `Next:\n${steps.map((step) => `  ${step}\n`).join('')}`
}
