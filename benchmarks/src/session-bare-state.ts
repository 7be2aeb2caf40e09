import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Request } from 'express'
import type pg from 'pg'
import { run, runOnce } from './bare-statements.ts'

/** A row of `sessions`. */
export interface BareSession {
  readonly id: string
  readonly state: string
  readonly version: number
  readonly configuration: string
  readonly creator_key: string
  readonly user_id: string
  readonly sealed_details: Buffer
  readonly browser_hash: string | null
  readonly caller_key: string | null
  readonly pin_attempts: number
  readonly created_at: string
  readonly expires_at: string
}

/** Lifetimes of a session by phase, in milliseconds. */
export const lifetimes = { created: 60_000, started: 600_000, pin: 300_000, ended: 600_000 } as const

/** Loads a session that has not expired and is in a state. */
export async function findSession(pool: pg.Pool, id: string, state: string): Promise<BareSession> {
  const [session] = await run<BareSession>(pool, 'session', 'select * from sessions where id = $1', [id])
  if (session === undefined || Number(session.expires_at) <= Date.now()) throw new Error('no session')
  if (session.state !== state) throw new Error('not in this state')
  return session
}

/** Requires that the cookie of the browser that started a session comes with a request. */
export function requireBrowser(request: Request, { id, browser_hash }: BareSession): void {
  const name = `session-${id}=`
  const cookies = (request.get('cookie') ?? '').split(';').map((pair) => pair.trim())
  const secret = cookies.find((pair) => pair.startsWith(name))?.slice(name.length) ?? ''
  if (!timingSafeEqual(Buffer.from(hash(secret)), Buffer.from(browser_hash ?? hash(''))))
    throw new Error('not its browser')
}

/** The hash of a random secret. */
export function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** The settings of a verification configuration. */
export async function findSettings(pool: pg.Pool, tag: string): Promise<string> {
  const text = 'select settings from configurations where tag = $1'
  const [row] = await run<{ settings: string }>(pool, 'configuration', text, [tag])
  if (row === undefined) throw new Error('no configuration')
  return row.settings
}

/** Moves a session that has not changed since it was read to another state. */
export function transition(
  client: pg.PoolClient,
  { id, state, version, pin_attempts }: BareSession,
  to: {
    readonly state: string
    readonly expiresAt: number
    readonly browserHash?: string
    readonly callerKey?: string
  },
): Promise<void> {
  const text = `update sessions set state = $5, version = version + 1, expires_at = $6, browser_hash = coalesce($7, browser_hash),
      caller_key = coalesce($8, caller_key), ended_at = $9
    where id = $1 and state = $2 and version = $3 and pin_attempts = $4 and expires_at > $10`
  const now = Date.now()
  const endedAt = to.state === 'succeeded' ? now : null
  const set = [to.state, to.expiresAt, to.browserHash ?? null, to.callerKey ?? null, endedAt]
  return runOnce(client, 'transition', text, [id, state, version, pin_attempts, ...set, now])
}

/** Writes an audit record of a session. */
export function writeAudit(client: pg.PoolClient, action: string, actor: string, id: string, detail: object) {
  const text = 'insert into audit_records values ($1, $2, $3, $4, $5, $6)'
  return runOnce(client, 'audit', text, [randomUUID(), Date.now(), action, actor, id, JSON.stringify(detail)])
}
