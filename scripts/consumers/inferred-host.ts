// A host that exports everything it creates, with inferred types.
import { createBillfold, databaseBlobs, localKeyring, newKey, tables } from '@billfold/core'
import { batch } from '@billfold/core/storage'
import { route } from '@billfold/core/http'
import { expressRouter } from '@billfold/express-adapter'
import { fetchHandler } from '@billfold/fetch-adapter'
import { koaRouter } from '@billfold/koa-adapter'
import { redisRateLimiter } from '@billfold/rate-limits-redis'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { faceVerifier } from '@billfold/verifier-face'
import { Kysely, SqliteDialect } from 'kysely'
import Sqlite from 'libsql'

export const db = new Kysely<Record<string, never>>({ dialect: new SqliteDialect({ database: new Sqlite('a.db') }) })
export const migrated = migrate(db, { dialect: 'sqlite' })
export const storage = kyselyStorage(db, { dialect: 'sqlite' })
export const keyring = localKeyring({ keys: { first: newKey() }, currentKeyId: 'first' })
export const verifier = faceVerifier()
export const billfold = createBillfold({ storage, keyring, authentication: { verifier } })
export const { authentication, custody, dids, onboarding, payments } = billfold
export const router = expressRouter(custody)
export const koa = koaRouter(dids, { prefix: '/dids' })
export const routes = koa.routes()
export const handler = fetchHandler(custody, { clientAddress: (_request, host: { readonly ip: string }) => host.ip })
export const limiter = redisRateLimiter({ evalSha: async () => [1, 0, 1000], eval: async () => [1, 0, 1000] })
export const blobs = databaseBlobs(storage)
export const rows = storage.find(tables[0])
export const nothing = batch()
export const routeOfOurs = route
