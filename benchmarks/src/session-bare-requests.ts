import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { Request } from 'express'
import type pg from 'pg'
import { z } from 'zod'
import { run, runOnce } from './bare-statements.ts'
import type { BareChannel } from './session-bare-channel.ts'
import { decrypt, encrypt } from './signature-bare-crypto.ts'

/** The key under which the bare server seals what it stores. */
export const sealingKey = randomBytes(32)

const fingerprintKey = randomBytes(32)
const allowedSpanSeconds = 60
const requestIdShape = z.object({ appid: z.string().max(256), uuid: z.string().min(1).max(128), ts: z.number() })
const bodyShape = z.object({ data: z.string() })

/** A request whose headers and body were decrypted. */
export interface OpenedRequest {
  readonly channel: BareChannel
  readonly requestId: string
  /** The decrypted body, empty if there is none. */
  readonly text: string
}

/** Decrypts a request, and checks the time in its request id. */
export function openRequest(request: Request, channelWith: (publicKey: string) => BareChannel): OpenedRequest {
  const channel = channelWith(request.get('publickey') ?? '')
  const { uuid, ts } = requestIdShape.parse(JSON.parse(channel.decrypt(request.get('requestid') ?? '')))
  if (Math.abs(Date.now() / 1000 - ts) > allowedSpanSeconds) throw new Error('outside of the time window')
  const text = request.method === 'GET' ? '' : channel.decrypt(bodyShape.parse(request.body).data)
  return { channel, requestId: uuid, text }
}

/** Saves the reply of a request in the transaction of its step. */
export type SaveReply = (client: pg.PoolClient, reply: object) => Promise<void>

/** Runs a step once per request id. A repetition gets the stored reply. */
export async function answerOnce(
  pool: pg.Pool,
  { channel, requestId, text }: OpenedRequest,
  step: string,
  operate: (save: SaveReply) => Promise<object>,
): Promise<unknown> {
  const id = createHash('sha256')
    .update(JSON.stringify([channel.callerKey, requestId]))
    .digest('base64url')
  const fingerprint = createHmac('sha256', fingerprintKey)
    .update(JSON.stringify([step, text]))
    .digest('base64url')
  const claimed = await run(
    pool,
    'claim',
    'insert into requests values ($1, $2, null, $3) on conflict do nothing returning 1',
    [id, fingerprint, Date.now() + 2 * allowedSpanSeconds * 1000],
  )
  if (claimed.length === 0) return findReply(pool, id, fingerprint)
  return operate((client, reply) =>
    runOnce(client, 'reply', 'update requests set sealed_reply = $2 where id = $1 and sealed_reply is null', [
      id,
      encrypt(sealingKey, Buffer.from(JSON.stringify(reply))),
    ]),
  )
}

async function findReply(pool: pg.Pool, id: string, fingerprint: string): Promise<unknown> {
  const text = 'select fingerprint, sealed_reply from requests where id = $1'
  const [row] = await run<{ fingerprint: string; sealed_reply: Buffer | null }>(pool, 'replied', text, [id])
  const sealed = row?.fingerprint === fingerprint ? row.sealed_reply : null
  if (sealed === null) throw new Error('replayed')
  return JSON.parse(decrypt(sealingKey, sealed).toString())
}

/** Counts a request of a source against a limit per minute that all processes share. */
export async function limitSource(pool: pg.Pool, request: Request, route: string, limit: number): Promise<void> {
  const windowIndex = Math.floor(Date.now() / 60_000)
  const subject = createHash('sha256')
    .update(JSON.stringify([route, request.ip]))
    .digest('base64url')
  const count = `insert into rate_limits values ($1, $2, 1, $3)
    on conflict (subject, window_index) do update set count = rate_limits.count + 1 where rate_limits.count < $4`
  await runOnce(pool, 'rate limit', count, [subject, windowIndex, (windowIndex + 1) * 60_000, limit])
}
