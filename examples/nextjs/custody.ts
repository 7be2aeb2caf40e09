import { existsSync } from 'node:fs'
import { createBillfold, createKeyringFile, fileKeyring } from '@billfold/core'
import { type FetchHandler, fetchHandler, forwardedFor } from '@billfold/fetch-adapter'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { Kysely, SqliteDialect } from 'kysely'
import Sqlite from 'libsql'

let handler: Promise<FetchHandler> | undefined

/** Opens the database at the first request, and not before: `next build` runs the modules of all routes. */
export function openCustody(): Promise<FetchHandler> {
  handler ??= createCustody()
  return handler
}

async function createCustody(): Promise<FetchHandler> {
  const db = new Kysely({ dialect: new SqliteDialect({ database: new Sqlite('billfold.db') }) })
  await migrate(db, { dialect: 'sqlite' })
  if (!existsSync('keyring.json')) createKeyringFile('keyring.json')
  const billfold = createBillfold({
    storage: kyselyStorage(db, { dialect: 'sqlite' }),
    keyring: fileKeyring('keyring.json'),
  })
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'minimal', scopes: ['custody'] })
  console.log(`curl -u ${keyId}:${keySecret} http://localhost:${process.env.PORT ?? '3000'}/custody/api/users`)
  return fetchHandler(billfold.custody, {
    prefix: '/custody',
    // One proxy in front of the host, which appends the address of its caller.
    clientAddress: (request) => forwardedFor(request, 1),
  })
}
