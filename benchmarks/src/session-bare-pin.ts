import { randomUUID, webcrypto } from 'node:crypto'
import type { Request } from 'express'
import { jwtVerify, SignJWT } from 'jose'
import type pg from 'pg'
import { z } from 'zod'
import { inTransaction, run, runOnce } from './bare-statements.ts'
import { answerOnce, limitSource, type OpenedRequest, sealingKey } from './session-bare-requests.ts'
import {
  type BareSession,
  findSession,
  findSettings,
  lifetimes,
  requireBrowser,
  transition,
  writeAudit,
} from './session-bare-state.ts'
import { encrypt, openMethod, type SealedMethod } from './signature-bare-crypto.ts'

const skipBody = z.object({ sessionId: z.uuid() })
const pinBody = z.object({ pin: z.string().min(1).max(64), isTrustedDevice: z.boolean() })
const settingsShape = z.object({ pinInsteadOfFace: z.enum(['never', 'trusted-device', 'always']) })
const claimsShape = z.object({ sub: z.uuid(), session: z.uuid(), key: z.string() })
const maxPinAttempts = 5
const hmac = { name: 'HMAC', hash: 'SHA-256' }
const tokenKey = await webcrypto.subtle.generateKey({ ...hmac, length: 256 }, false, ['sign', 'verify'])
const audience = { issuer: 'bare', audience: 'authentication', typ: 'step+jwt', algorithms: ['HS256'] }

/** Goes to the PIN without a face, and issues the token of the PIN step to the key of the page. */
export async function skipFace(pool: pg.Pool, request: Request, opened: OpenedRequest): Promise<unknown> {
  await limitSource(pool, request, 'skip_face', 120)
  const { sessionId } = skipBody.parse(JSON.parse(opened.text))
  const { callerKey } = opened.channel
  return answerOnce(pool, opened, 'skip_face', async (save) => {
    const session = await findSession(pool, sessionId, 'started')
    requireBrowser(request, session)
    const settings = settingsShape.parse(JSON.parse(await findSettings(pool, session.configuration)))
    if (settings.pinInsteadOfFace !== 'always') throw new Error('a face is required')
    const expiresAt = Math.min(Number(session.expires_at), Date.now() + lifetimes.pin)
    const token = await issueToken(session, callerKey, expiresAt)
    const reply = { success: true, sessionId, status: 'pin', pinRequired: true, message: '', reasons: [], token }
    await inTransaction(pool, async (client) => {
      await transition(client, session, { state: 'face_verified', expiresAt, callerKey })
      const value = `insert into session_values values ($1, 'result', $2, $3)
        on conflict (session_id, name) do update set sealed_value = excluded.sealed_value`
      const sealed = encrypt(sealingKey, Buffer.from(JSON.stringify({ faceSkipped: true })))
      await runOnce(client, 'value', value, [sessionId, sealed, Date.now() + 2 * lifetimes.started])
      await writeAudit(client, 'session.face-skipped', callerKey, sessionId, { user: session.user_id })
      await save(client, reply)
    })
    return reply
  })
}

function issueToken({ id, user_id }: BareSession, key: string, expiresAt: number): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ session: id, key })
    .setProtectedHeader({ alg: 'HS256', typ: audience.typ })
    .setIssuer(audience.issuer)
    .setAudience(audience.audience)
    .setSubject(user_id)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(Math.ceil(expiresAt / 1000))
    .sign(tokenKey)
}

interface Method extends SealedMethod {
  readonly id: string
  readonly version: number
}

/** Counts an attempt of the session and of the PIN, checks the PIN, and completes the session if nothing has changed. */
export async function checkPin(pool: pg.Pool, request: Request, opened: OpenedRequest): Promise<unknown> {
  await limitSource(pool, request, 'verify_pin', 120)
  const token = (request.get('authorization') ?? '').slice('Bearer '.length)
  const claims = claimsShape.parse((await jwtVerify(token, tokenKey, audience)).payload)
  const { callerKey } = opened.channel
  const { pin } = pinBody.parse(JSON.parse(opened.text))
  if (claims.key !== callerKey) throw new Error('not its page')
  return answerOnce(pool, opened, 'verify_pin', async (save) => {
    const session = await findSession(pool, claims.session, 'face_verified')
    const { id, version, pin_attempts: attempts, user_id: userId } = session
    if (session.caller_key !== callerKey || userId !== claims.sub) throw new Error('not its page')
    const count = `update sessions set pin_attempts = pin_attempts + 1
      where id = $1 and state = 'face_verified' and version = $2 and pin_attempts = $3 and pin_attempts < ${maxPinAttempts}`
    await runOnce(pool, 'session attempt', count, [id, version, attempts])
    const attempt = randomUUID()
    const method = await countAttempt(pool, userId, attempt)
    await openMethod(pin, method)
    const reply = { isAuthenticated: true }
    await inTransaction(pool, async (client) => {
      const expiresAt = Date.now() + lifetimes.ended
      await transition(client, { ...session, pin_attempts: attempts + 1 }, { state: 'succeeded', expiresAt })
      await runOnce(client, 'user', 'select 1 from users where id = $1 and archived_at is null for share', [userId])
      await resetAttempts(client, method, attempt)
      await writeAudit(client, 'session.succeeded', userId, id, { purpose: 'authenticate', user: userId })
      const event = JSON.stringify({ sessionId: id, purpose: 'authenticate', userId })
      const text = 'insert into events values ($1, $2, $3, $4)'
      await runOnce(client, 'event', text, [randomUUID(), 'session.verified', Date.now(), event])
      await save(client, reply)
    })
    return reply
  })
}

async function countAttempt(pool: pg.Pool, userId: string, attempt: string): Promise<Method> {
  const text = `update methods set remaining = remaining - 1, last_attempt = $2
    where user_id = $1 and remaining > 0 returning *`
  const [method] = await run<Method>(pool, 'attempt', text, [userId, attempt])
  if (method === undefined) throw new Error('wrong PIN')
  return method
}

function resetAttempts(client: pg.PoolClient, { id, version }: Method, attempt: string): Promise<void> {
  const text = `update methods set remaining = 10, last_attempt = null, last_used_at = $4
    where id = $1 and version = $2 and last_attempt = $3`
  return runOnce(client, 'reset', text, [id, version, attempt, Date.now()])
}
