import { createBillfold, createPasswordHasher, localKeyring, newKey } from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import express from 'express'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { z } from 'zod'
import type { ServedApi } from './serve-compared.ts'
import { pinConfiguration, type SessionCaller } from './session-caller.ts'
import { cheapCost, pincode } from './signature-caller.ts'

const keyReply = z.object({ publicKey: z.string() })
const userReply = z.object({ result: z.object({ id: z.string() }) })

/** The authentication API as a host mounts it, and the custody API, which creates the users. */
export async function billfoldSessions(url: string, count: number): Promise<ServedApi<SessionCaller>> {
  const pool = new pg.Pool({ connectionString: url, pipeline: true })
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  await migrate(kysely, { dialect: 'postgres' })
  const billfold = createBillfold({
    storage: kyselyStorage(kysely, { dialect: 'postgres', pool }),
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    passwordHasher: createPasswordHasher({ cost: cheapCost, concurrency: 4, queue: 1_000, perSource: 1_000 }),
  })
  const rules = { liveness: 'none', pinInsteadOfFace: 'always' } as const
  await billfold.authentication.configurations.create({ tag: pinConfiguration, ...rules })
  const { licence } = await billfold.licences.create({ tag: 'benchmark' })
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'benchmark', scopes: ['custody'] })
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
  const createUser = async (port: number): Promise<string> => {
    const headers = { authorization, 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify({ signingMethod: { type: 'PIN', value: pincode } }) }
    return userReply.parse(await (await fetch(`http://127.0.0.1:${port}/api/users`, init)).json()).result.id
  }
  const app = express().disable('etag').disable('x-powered-by').set('trust proxy', 'loopback')
  return {
    listener: app.use(expressRouter(billfold.authentication)).use(expressRouter(billfold.custody)),
    prepare: async (port) => {
      const { publicKey } = keyReply.parse(await (await fetch(`http://127.0.0.1:${port}/publickeys`)).json())
      const users: string[] = []
      for (let number = 0; number < count; number++) users.push(await createUser(port))
      return { publicKey, licence, users }
    },
  }
}
