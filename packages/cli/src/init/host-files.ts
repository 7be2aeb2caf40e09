import { newKey } from '@billfold/core'
import { printMigrations } from '@billfold/storage-kysely'
import type { HostChoices } from './choices.ts'
import { databaseFile } from './database-file.ts'
import { hostDependencies } from './host-dependencies.ts'
import { serverFile } from './server-file.ts'

/** A file of a new host. */
export interface HostFile {
  readonly path: string
  readonly content: string
  /** The permissions, if only the owner may read it. */
  readonly mode?: number
}

/** What git must not see. */
export const ignored = ['.env', 'node_modules/', 'billfold.db*'] as const

/** The scripts of the host's package. `billfold` runs the command line with the settings of the host. */
export const hostScripts = {
  start: 'node --env-file=.env server.mjs',
  migrate: 'node --env-file=.env migrate.mjs',
  billfold: 'node --env-file=.env node_modules/@billfold/cli/dist/main.js',
} as const

const billfoldFile = `import { createBillfold, environmentKeyring } from '@billfold/core'
import { storage } from './database.mjs'

export const billfold = createBillfold({ storage, keyring: environmentKeyring() })
`

const migrateFile = `import { migrate } from '@billfold/storage-kysely'
import { db, dialect } from './database.mjs'

// Safe to run again, and from several processes at once. Pass the modules that you add to Billfold as \`modules\`.
const applied = await migrate(db, { dialect })
console.log(applied.length === 0 ? 'Nothing to migrate' : \`Applied \${applied.join(', ')}\`)
await db.destroy()
`

/**
 * Generates the files of a host, without `package.json` and `.gitignore`, which may exist.
 * @param today the id of the first key: a date, `2027-01-31`
 * @param billfoldVersion the range of the packages of Billfold
 */
export function hostFiles(choices: HostChoices, today: string): readonly HostFile[] {
  const { database, databaseUrl, framework, apis } = choices
  const note = '-- What `npm run migrate` applies to an empty database, to read or for a migration tool of your own.\n'
  return [
    { path: 'server.mjs', content: serverFile(framework, apis) },
    { path: 'billfold.mjs', content: billfoldFile },
    { path: 'database.mjs', content: databaseFile(database) },
    { path: 'migrate.mjs', content: migrateFile },
    { path: 'migrations/0001-billfold.sql', content: `${note}${printMigrations(database)}` },
    { path: '.env', content: environmentFile(databaseUrl, today), mode: 0o600 },
  ]
}

function environmentFile(databaseUrl: string, today: string): string {
  return `# Secrets: only for this machine, never in git. Without the keys nothing in the database can be decrypted: back them up.
BILLFOLD_KEYS=${today}:${newKey()}
DATABASE_URL=${quote(databaseUrl)}
HOST=127.0.0.1
PORT=3000
`
}

/** Quotes a value for Node's --env-file, where a number sign would start a comment. A URL has no quotes: they are encoded. */
function quote(value: string): string {
  return `'${value.replaceAll("'", '%27')}'`
}

/** Adds what the host needs to a manifest, and changes nothing that is there. */
export function completeManifest(
  manifest: Readonly<Record<string, unknown>>,
  choices: HostChoices,
  billfoldVersion: string,
): Readonly<Record<string, unknown>> {
  return {
    ...manifest,
    scripts: { ...hostScripts, ...toObject(manifest['scripts']) },
    dependencies: { ...hostDependencies(choices, billfoldVersion), ...toObject(manifest['dependencies']) },
  }
}

function toObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}
