import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { sealUnder, unsealUnder } from '../crypto/index.ts'
import type { Lookups } from '../lookups/lookups.ts'
import { idempotencyKeys } from './table.ts'

/** A reply as it is kept: its body as it was sent. */
export interface KeptReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | undefined
}

/** The most characters of a reply that are kept: 256 Ki. */
const longestKept = 256 * 1024

const shape = z.object({
  status: z.number(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  body: z.string().optional(),
})

/** What is made of an idempotency key: what its row is found by, and what its row is of no use without. */
export interface KeySecrets {
  readonly id: string
  /** Hashes what was asked. Without the key nobody can try which PIN a body held. */
  readonly fingerprintOf: (asked: string) => string
  /** The sealed reply, or null where it is too long to keep. */
  readonly seal: (reply: KeptReply) => Uint8Array | null
  readonly open: (sealed: Uint8Array) => KeptReply
}

/** Makes them of the key and of whom and what it is for. */
export async function keySecrets(
  lookups: Lookups,
  tenant: string,
  scope: readonly string[],
  key: string,
): Promise<KeySecrets> {
  const whole = JSON.stringify([...scope, key])
  const [id, fingerprintKey, replyKey] = await Promise.all(
    ['idempotency key', 'idempotency fingerprint', 'idempotency reply'].map((purpose) =>
      lookups.hash(purpose, tenant, whole),
    ),
  )
  if (id === undefined || fingerprintKey === undefined || replyKey === undefined)
    throw new Error('three were asked for')
  const place = { tenant, table: idempotencyKeys.name, row: id, field: 'reply' }
  const sealingKey = Buffer.from(replyKey, 'base64url')
  return {
    id,
    fingerprintOf: (asked) => createHmac('sha256', fingerprintKey).update(asked).digest('base64url'),
    seal: (reply) => {
      const text = JSON.stringify(reply)
      return text.length > longestKept ? null : sealUnder(sealingKey, Buffer.from(text), place)
    },
    open: (sealed) => {
      const { body, ...rest } = shape.parse(JSON.parse(Buffer.from(unsealUnder(sealingKey, sealed, place)).toString()))
      return { ...rest, body }
    },
  }
}
