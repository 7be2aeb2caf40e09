import { randomBytes, randomUUID } from 'node:crypto'
import express, { type Request, type Response } from 'express'
import pg from 'pg'
import type { ServedApi } from './serve-compared.ts'
import { createChannels } from './session-bare-channel.ts'
import { createSession, readClaims, startSession } from './session-bare-party.ts'
import { checkPin, skipFace } from './session-bare-pin.ts'
import { openRequest, type OpenedRequest } from './session-bare-requests.ts'
import { hash } from './session-bare-state.ts'
import { bareSessionTables } from './session-bare-tables.ts'
import { pinConfiguration, type SessionCaller } from './session-caller.ts'
import { sealMethod } from './signature-bare-crypto.ts'
import { pincode } from './signature-caller.ts'

type Step = (pool: pg.Pool, request: Request, opened: OpenedRequest) => Promise<unknown>

/**
 * A handwritten login with the guarantees of the authentication API: encrypted requests and replies, a request id that takes effect
 * once, rate limits by source that processes share, a session that one browser and one page can continue and that ends once, attempts
 * that are counted before the PIN is checked, sealed values, audit records and an event.
 */
export async function bareSessions(url: string, count: number): Promise<ServedApi<SessionCaller>> {
  const pool = new pg.Pool({ connectionString: url })
  await pool.query(bareSessionTables)
  const { publicKey, channelWith } = createChannels()
  const app = express().disable('etag').disable('x-powered-by').set('trust proxy', 'loopback')
  const json = express.json({ limit: '128kb' })
  const answer = (step: Step) => async (request: Request, response: Response) => {
    const opened = openRequest(request, channelWith)
    const data = opened.channel.encrypt(JSON.stringify(await step(pool, request, opened)))
    response.set('cache-control', 'no-store').json({ data, publicKey })
  }
  app.put('/sessions/session/new', json, answer(createSession))
  app.get('/v2/authenticate', async (request, response) => {
    const { id, secret } = await startSession(pool, request)
    const cookie = `session-${id}=${secret}; Path=/; Max-Age=1200; HttpOnly; SameSite=Lax`
    response.set({ 'set-cookie': cookie, 'cache-control': 'no-store' }).redirect(`/v2/authentication?session=${id}`)
  })
  app.post('/v2/skip_face', json, answer(skipFace))
  app.post('/verify_pin', json, answer(checkPin))
  app.get('/sessions/session/:id/response', (request, response) =>
    answer((_, __, opened) => readClaims(pool, request.params.id, opened))(request, response),
  )
  return { listener: app, prepare: async () => ({ publicKey, ...(await createCaller(pool, count)) }) }
}

async function createCaller(pool: pg.Pool, count: number): Promise<Omit<SessionCaller, 'publicKey'>> {
  const licence = randomBytes(32).toString('base64url')
  await pool.query('insert into licences values ($1, $2, null)', [randomUUID(), hash(licence)])
  const settings = JSON.stringify({ pinInsteadOfFace: 'always' })
  await pool.query('insert into configurations values ($1, $2, $3)', [randomUUID(), pinConfiguration, settings])
  const users: string[] = []
  for (let number = 0; number < count; number++) users.push(await createUser(pool))
  return { licence, users }
}

async function createUser(pool: pg.Pool): Promise<string> {
  const id = randomUUID()
  await pool.query('insert into users values ($1, null)', [id])
  const { salt, ...sealed } = await sealMethod(pincode, randomBytes(32))
  await pool.query(
    `insert into methods (id, user_id, salt, sealed_private_key, ephemeral_key, sealed_secret) values ($1, $2, $3, $4, $5, $6)`,
    [randomUUID(), id, salt, sealed.sealed_private_key, sealed.ephemeral_key, sealed.sealed_secret],
  )
  return id
}
