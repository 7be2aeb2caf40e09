import { createBillfold, isBillfoldError, type Keyring } from '@billfold/core'
import { type Cluster, kyselyStorage } from '@billfold/storage-kysely'
import { CompiledQuery } from 'kysely'
import { UsageError } from '../command.ts'
import { type ConnectedDatabase, connectDatabase } from '../connect-database.ts'
import { checkClock } from './check-clock.ts'
import { describeError, type Finding } from './finding.ts'

/** Which database is checked. */
export interface DatabaseTarget {
  readonly url: string
  readonly schema: string | undefined
  readonly prefix: string | undefined
  readonly cluster: Cluster | undefined
}

/** Checks that the database is reachable, its session and schema, whether the keyring opens what is in it, and its clock. */
export async function checkDatabase(target: DatabaseTarget, keyring: Keyring | undefined): Promise<readonly Finding[]> {
  let connected: ConnectedDatabase
  try {
    connected = await connectDatabase(target.url, 'reject')
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return [{ check: 'database', state: 'problem', message: error.message, cure: 'see above' }]
  }
  try {
    return await checkConnected(connected, target, keyring)
  } finally {
    await connected.db.destroy()
  }
}

async function checkConnected(
  connected: ConnectedDatabase,
  { schema, prefix, cluster }: DatabaseTarget,
  keyring: Keyring | undefined,
): Promise<readonly Finding[]> {
  const { db, dialect } = connected
  const naming = { ...(schema !== undefined && { schema }), ...(prefix !== undefined && { tablePrefix: prefix }) }
  const storage = kyselyStorage(db, {
    dialect,
    ...naming,
    ...(cluster !== undefined && { cluster }),
    retry: { lostMs: 0 },
  })
  try {
    const started = performance.now()
    await db.executeQuery(CompiledQuery.raw('select 1'))
    const ms = Math.round(performance.now() - started)
    await storage.verify()
    const clock = await checkClock(connected)
    const reachable: Finding = { check: 'database', state: 'ok', message: `${dialect}, answers in ${ms} ms` }
    const suitable: Finding = {
      check: 'schema',
      state: 'ok',
      message: 'has the tables of this version; the session fits',
    }
    return [reachable, suitable, ...clock, await checkCiphertexts(storage, keyring)]
  } catch (error) {
    return toProblems(error)
  }
}

function toProblems(error: unknown): readonly Finding[] {
  if (isBillfoldError(error, 'storage.session-mismatch'))
    return error.issues.map(({ path, message }) => {
      return {
        check: 'session',
        state: 'problem',
        message: `${path} ${message}`,
        cure: 'set it where the host connects',
      }
    })
  if (isBillfoldError(error, 'storage.schema-mismatch'))
    return error.issues.map(({ path, message }) => {
      return { check: 'schema', state: 'problem', message: `${path}: ${message}`, cure: 'billfold migrate' }
    })
  const cure = 'check that the server runs, and the host, port, name and account in the URL'
  return [{ check: 'database', state: 'problem', message: describeError(error), cure }]
}

/** Reads only: a database without sealed values stays without. */
async function checkCiphertexts(
  storage: ReturnType<typeof kyselyStorage>,
  keyring: Keyring | undefined,
): Promise<Finding> {
  const check = 'keyring and database'
  if (keyring === undefined) return { check, state: 'skipped', message: 'there is no keyring' }
  const { decrypted, unreadable } = await createBillfold({ storage, keyring }).keys.verify()
  const [first] = unreadable
  if (first !== undefined) {
    const { table, column, code } = first
    const message =
      code === 'keyring.unknown-key'
        ? `the key of ${table}.${column} is not in the keyring`
        : `the keyring does not open ${table}.${column}`
    const cure = 'this database belongs to another keyring: set the keys that the host was started with'
    return { check, state: 'problem', message, cure }
  }
  const message = decrypted === 0 ? 'nothing is encrypted yet' : 'the keyring opens what is in the database'
  return { check, state: 'ok', message }
}
