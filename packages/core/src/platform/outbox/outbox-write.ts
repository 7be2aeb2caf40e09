import { z } from 'zod'
import { type EncryptionContext, seal, open } from '../../kernel/crypto/index.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../services.ts'
import { type Insert, insert, type RowOf } from '../../kernel/storage/index.ts'
import type { OutboxMessage } from './notifier.ts'
import { outbox } from './table.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** An outbox row. */
export type OutboxMessageRow = RowOf<typeof outbox>

/** Input for an outbox message. */
export interface OutboxMessageInput extends Pick<OutboxMessage, 'tenant' | 'topic' | 'subject' | 'payload'> {
  /** The user whom the message concerns or reaches, null if there is none. Erasing the user deletes the message. */
  readonly userId: string | null
}

/** The maximum size of a payload as JSON, in bytes. */
const maxPayloadBytes = 64 * 1024

/**
 * Returns the write that queues a message for the host. Commit it with the action that it reports.
 * @throws RangeError if the payload exceeds 64 KiB
 * @throws BillfoldError the errors of the keyring
 */
export async function outboxWrite(services: Services, input: OutboxMessageInput): Promise<Insert> {
  const { tenant, topic, subject, userId, payload } = input
  const id = newId()
  const plain = new TextEncoder().encode(JSON.stringify(payload))
  if (plain.length > maxPayloadBytes)
    throw new RangeError(`The payload of an outbox message must be at most ${maxPayloadBytes} bytes: ${plain.length}`)
  const createdAt = services.now()
  return insert(outbox, {
    id,
    tenant,
    topic,
    subject,
    userId,
    sealedPayload: await seal(services.keyring, plain, encryptionContext({ tenant, id })),
    createdAt,
    attempts: 0,
    nextTryAt: createdAt,
  })
}

const payloadShape = z.record(z.string(), z.unknown())

/**
 * Decrypts a message for delivery.
 * @throws BillfoldError `sealed.invalid`
 */
export async function openMessage(services: Services, row: OutboxMessageRow): Promise<OutboxMessage> {
  const plain = await open(services.keyring, row.sealedPayload, encryptionContext(row))
  const { id, tenant, topic, subject, createdAt } = row
  return {
    id,
    tenant,
    topic,
    subject,
    createdAt,
    payload: payloadShape.parse(JSON.parse(new TextDecoder().decode(plain))),
  }
}

function encryptionContext({ tenant, id }: { readonly tenant: string; readonly id: string }): EncryptionContext {
  return { tenant, table: outbox.name, row: id, field: 'payload' }
}

export const sealedMessages = sealedColumn(outbox, 'sealedPayload', encryptionContext)
