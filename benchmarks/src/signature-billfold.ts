import { createBillfold, createPasswordHasher, localKeyring, newKey } from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import express from 'express'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { z } from 'zod'
import type { ServedApi } from './serve-compared.ts'
import { cheapCost, pincode, type SignatureCaller } from './signature-caller.ts'

const reply = z.object({ result: z.object({ id: z.string() }) })

/** The custody API as a host mounts it. */
export async function billfoldSignatures(url: string, count: number): Promise<ServedApi<SignatureCaller>> {
  const pool = new pg.Pool({ connectionString: url, pipeline: true })
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  await migrate(kysely, { dialect: 'postgres' })
  const billfold = createBillfold({
    storage: kyselyStorage(kysely, { dialect: 'postgres', pool }),
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    passwordHasher: createPasswordHasher({ cost: cheapCost, concurrency: 4, queue: 1_000, perSource: 1_000 }),
  })
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'benchmark', scopes: ['custody'] })
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
  const createWallet = async (port: number): Promise<string> => {
    const post = async (path: string, body: object) => {
      const headers = { authorization, 'content-type': 'application/json' }
      const init = { method: 'POST', headers, body: JSON.stringify(body) }
      return reply.parse(await (await fetch(`http://127.0.0.1:${port}/api/${path}`, init)).json()).result
    }
    const user = await post('users', { signingMethod: { type: 'PIN', value: pincode } })
    return (await post('wallets', { secretType: 'ETHEREUM', userId: user.id, pincode })).id
  }
  return {
    listener: express().disable('etag').disable('x-powered-by').use(expressRouter(billfold.custody)),
    prepare: async (port) => {
      const wallets: string[] = []
      for (let number = 0; number < count; number++) wallets.push(await createWallet(port))
      return { authorization, wallets }
    },
  }
}
