import { createDecipheriv, createECDH, createHash, createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { createBillfold, localKeyring, newKey } from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import express from 'express'
import { Kysely, SqliteDialect } from 'kysely'
import Sqlite from 'libsql'
import { z } from 'zod'
import { encrypt } from './authentication-calls.ts'

// The same encrypted, licensed request in three servers: Billfold, and a handwritten handler that derives the shared key for each
// request (`bare`) or caches it (`caching`). Run by authentication.ts as `node authentication-server.js <which>`.

interface Rows {
  billfold_licences: { id: string; licence_hash: string; revoked_at: number | null }
  billfold_identifiers: { tenant: string; blind_index: string; user_id: string }
}

const [which = ''] = process.argv.slice(2)
const database = new Sqlite(':memory:')
const db = new Kysely<Rows>({ dialect: new SqliteDialect({ database }) })
await migrate(db, { dialect: 'sqlite' })
const billfold = createBillfold({
  storage: kyselyStorage(db, { dialect: 'sqlite' }),
  keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
  // The requests are prepared before they are sent.
  authentication: { allowedTimeSpan: 3600 },
})
const { licence } = await billfold.licences.create({ tag: 'benchmark' })

const app = express().disable('etag').disable('x-powered-by')
if (which === 'billfold') app.use(expressRouter(billfold.authentication))
else mountHandwritten(which === 'caching')

const server = createServer(app).listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : 0, licence })
})
process.on('message', () => process.send?.(process.cpuUsage()))

/** The handler that one would write for this single request. */
function mountHandwritten(cachesKeys: boolean): void {
  const system = createECDH('secp256k1')
  const publicKey = system.generateKeys().subarray(1).toString('base64')
  const cache = new Map<string, Buffer>()
  const deriveKey = (caller: string): Buffer => {
    const cached = cachesKeys ? cache.get(caller) : undefined
    const key = cached ?? system.computeSecret(Buffer.concat([Buffer.of(4), Buffer.from(caller, 'base64')]))
    if (cachesKeys) cache.set(caller, key)
    return key
  }
  app.get('/publickeys', (_, response) => void response.json({ publicKey }))
  app.post('/check_enrollment', express.json({ limit: '2mb' }), async (request, response) => {
    const key = deriveKey(request.get('publickey') ?? '')
    const requestId: { ts: number } = JSON.parse(decrypt(key, request.get('requestid') ?? ''))
    if (Math.abs(Date.now() / 1000 - requestId.ts) > 3600) return void response.status(401).json({})
    const hash = createHash('sha256')
      .update(decrypt(key, request.get('licensekey') ?? ''))
      .digest('base64url')
    const found = await db
      .selectFrom('billfold_licences')
      .selectAll()
      .where('licence_hash', '=', hash)
      .limit(1)
      .execute()
    if (found[0]?.revoked_at !== null) return void response.status(401).json({})
    const query: { list: { did?: string; publicKey?: string }[] } = JSON.parse(
      decrypt(key, z.object({ data: z.string() }).parse(request.body).data),
    )
    const blindIndexes = query.list.map((entry) =>
      createHmac('sha256', publicKey)
        .update(entry.did ?? entry.publicKey ?? '')
        .digest('base64url'),
    )
    const enrolled = await db
      .selectFrom('billfold_identifiers')
      .selectAll()
      .where('tenant', '=', 'default')
      .where('blind_index', 'in', blindIndexes)
      .execute()
    response.json({ data: encrypt(key, JSON.stringify({ list: enrolled })), publicKey })
  })
}

function decrypt(key: Uint8Array, text: string): string {
  const bytes = Buffer.from(text, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 16))
  decipher.setAuthTag(bytes.subarray(-16))
  return Buffer.concat([decipher.update(bytes.subarray(16, -16)), decipher.final()]).toString('utf8')
}
