import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { sealWithKey, openWithKey } from '../../kernel/crypto/index.ts'
import type { BlindIndex } from '../blind-index/blind-index.ts'
import { type StoredPrecondition, storedPreconditionsSchema } from './reply-preconditions.ts'
import { idempotencyKeys } from './table.ts'

/** A stored HTTP reply. `body` is the text that was sent. */
export interface StoredReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | undefined
}

/** A stored reply, and the conditions under which it may be given again. */
export interface RetainedReply {
  readonly reply: StoredReply
  readonly preconditions: readonly StoredPrecondition[]
  /** Keyed hash of the secrets of the request, which a repeat must present again; undefined if any repeat may have it. */
  readonly secretsProof: string | undefined
}

/** The maximum length of a stored reply, in characters. */
const maxReplyLength = 256 * 1024

const replyShape = z.object({
  reply: z.object({
    status: z.number(),
    headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    body: z.string().optional(),
  }),
  preconditions: storedPreconditionsSchema,
  secretsProof: z.string().optional(),
})

/** Values derived from an idempotency key: the id of its row, and the keys without which the row is useless. */
export interface IdempotencyKeySecrets {
  readonly id: string
  /**
   * Computes the fingerprint of a request. It is keyed by the idempotency key, so that a PIN in the body cannot be
   * guessed from the database.
   */
  readonly computeFingerprint: (input: string) => string
  /** Seals a reply. Returns null if the reply is too long to store. */
  readonly seal: (retained: RetainedReply) => Uint8Array | null
  readonly open: (sealed: Uint8Array) => RetainedReply
}

/** Derives the row id, the fingerprint key and the sealing key from an idempotency key and its scope. */
export async function deriveIdempotencyKeySecrets(
  blindIndex: BlindIndex,
  tenant: string,
  scope: readonly string[],
  key: string,
): Promise<IdempotencyKeySecrets> {
  const scopedKey = JSON.stringify([...scope, key])
  const [id, fingerprintKey, replyKey] = await Promise.all(
    ['idempotency key', 'idempotency fingerprint', 'idempotency reply'].map((purpose) =>
      blindIndex.hash(purpose, tenant, scopedKey),
    ),
  )
  if (id === undefined || fingerprintKey === undefined || replyKey === undefined)
    throw new Error('expected three hashes')
  const context = { tenant, table: idempotencyKeys.name, row: id, field: 'reply' }
  const sealingKey = Buffer.from(replyKey, 'base64url')
  return {
    id,
    computeFingerprint: (input) => createHmac('sha256', fingerprintKey).update(input).digest('base64url'),
    seal: (retained) => {
      const text = JSON.stringify(retained)
      return text.length > maxReplyLength ? null : sealWithKey(sealingKey, Buffer.from(text), context)
    },
    open: (sealed) => {
      const { reply, preconditions, secretsProof } = replyShape.parse(
        JSON.parse(Buffer.from(openWithKey(sealingKey, sealed, context)).toString()),
      )
      return { reply: { ...reply, body: reply.body }, preconditions, secretsProof }
    },
  }
}
