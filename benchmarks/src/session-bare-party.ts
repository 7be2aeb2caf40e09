import { randomBytes, randomUUID } from 'node:crypto'
import type { Request } from 'express'
import type pg from 'pg'
import { z } from 'zod'
import { inTransaction, run, runOnce } from './bare-statements.ts'
import { answerOnce, limitSource, type OpenedRequest, sealingKey } from './session-bare-requests.ts'
import { findSession, findSettings, hash, lifetimes, transition, writeAudit } from './session-bare-state.ts'
import { decrypt, encrypt } from './signature-bare-crypto.ts'

const newBody = z.object({
  origin: z.string().max(2048),
  scopes: z.string().max(512),
  authtype: z.string().max(128),
  metadata: z.record(z.string(), z.unknown()),
  dvcID: z.string().min(1).max(128),
  userId: z.uuid(),
})

/** Creates a session for a relying party with a licence. */
export async function createSession(pool: pg.Pool, request: Request, opened: OpenedRequest): Promise<unknown> {
  const licence = opened.channel.decrypt(request.get('licensekey') ?? '')
  const find = 'select id from licences where secret_hash = $1 and revoked_at is null'
  const [creator] = await run<{ id: string }>(pool, 'licence', find, [hash(licence)])
  if (creator === undefined) throw new Error('unauthenticated')
  const { dvcID, userId, origin, authtype, metadata } = newBody.parse(JSON.parse(opened.text))
  return answerOnce(pool, opened, 'create', async (save) => {
    await findSettings(pool, dvcID)
    const [id, now] = [randomUUID(), Date.now()]
    const reply = { sessionId: id, url: `/sessions/session/${id}` }
    const details = encrypt(sealingKey, Buffer.from(JSON.stringify({ origin, authtype, metadata })))
    await inTransaction(pool, async (client) => {
      await runOnce(client, 'user', 'select 1 from users where id = $1 and archived_at is null for share', [userId])
      const text = `insert into sessions (id, state, configuration, creator_id, creator_key, user_id, sealed_details, created_at,
        expires_at) values ($1, 'created', $2, $3, $4, $5, $6, $7, $8)`
      const values = [id, dvcID, creator.id, opened.channel.callerKey, userId, details, now, now + lifetimes.created]
      await runOnce(client, 'new session', text, values)
      await writeAudit(client, 'session.created', creator.id, id, { purpose: 'authenticate' })
      await save(client, reply)
    })
    return reply
  })
}

/** Starts a session in a browser. Returns the secret that the browser must present from then on. */
export async function startSession(
  pool: pg.Pool,
  request: Request,
): Promise<{ readonly id: string; readonly secret: string }> {
  await limitSource(pool, request, 'authenticate', 300)
  const url = Buffer.from(z.string().max(4096).parse(request.query['session']), 'base64').toString()
  const id = z.uuid().parse(url.slice('/sessions/session/'.length))
  const session = await findSession(pool, id, 'created')
  await findSettings(pool, session.configuration)
  const secret = randomBytes(32).toString('base64url')
  await inTransaction(pool, async (client) => {
    const started = { state: 'started', expiresAt: Date.now() + lifetimes.started, browserHash: hash(secret) }
    await transition(client, session, started)
    await writeAudit(client, 'session.started', 'anonymous', id, { by: 'browser' })
  })
  return { id, secret }
}

/** Returns the claims of a session that has succeeded, to the key that has created it. */
export async function readClaims(pool: pg.Pool, id: string, { channel }: OpenedRequest): Promise<unknown> {
  const session = await findSession(pool, id, 'succeeded')
  if (session.creator_key !== channel.callerKey) throw new Error('no session')
  const find = "select sealed_value from session_values where session_id = $1 and name = 'result'"
  const [value] = await run<{ sealed_value: Buffer }>(pool, 'result', find, [id])
  const { faceSkipped = false } =
    value === undefined
      ? {}
      : z.object({ faceSkipped: z.boolean() }).parse(JSON.parse(decrypt(sealingKey, value.sealed_value).toString()))
  const dids = 'select did from dids where user_id = $1 order by id limit 1'
  const [known] = await run<{ did: string }>(pool, 'did', dids, [session.user_id])
  const amr = [...(faceSkipped ? [] : ['face']), ...(session.pin_attempts > 0 ? ['pin'] : [])]
  const userId = session.user_id
  return { sessionId: id, userId, userid: userId, did: known?.did ?? userId, amr }
}
