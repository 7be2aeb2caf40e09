import { z } from 'zod'
import { type Place, seal, unseal } from '../crypto/index.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { type Insert, insert, type RowOf } from '../storage/index.ts'
import type { Message } from './notifier.ts'
import { outbox } from './table.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** A message as it is kept. */
export type MessageRow = RowOf<typeof outbox>

/** What a message says. */
export interface MessageInput extends Pick<Message, 'tenant' | 'topic' | 'subject' | 'payload'> {
  /** Whom it tells something about or reaches, null for somebody who is no user: with the user it is erased. */
  readonly userId: string | null
}

/** Most bytes of a payload, as JSON. */
const mostPayloadBytes = 64 * 1024

/**
 * The write that leaves a message for the host; it belongs in the commit of the act that it tells of.
 * @throws RangeError for a payload beyond 64 KiB; BillfoldError of the keyring
 */
export async function outboxMessage(services: Services, input: MessageInput): Promise<Insert> {
  const { tenant, topic, subject, userId, payload } = input
  const id = newId()
  const plain = new TextEncoder().encode(JSON.stringify(payload))
  if (plain.length > mostPayloadBytes) throw new RangeError('The payload of a message is larger than 64 KiB')
  const createdAt = services.now()
  return insert(outbox, {
    id,
    tenant,
    topic,
    subject,
    userId,
    sealedPayload: await seal(services.keyring, plain, place({ tenant, id })),
    createdAt,
    attempts: 0,
    nextTryAt: createdAt,
  })
}

const payloadShape = z.record(z.string(), z.unknown())

/** Opens a message for delivery. @throws BillfoldError `sealed.invalid` */
export async function openMessage(services: Services, row: MessageRow): Promise<Message> {
  const plain = await unseal(services.keyring, row.sealedPayload, place(row))
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

function place({ tenant, id }: { readonly tenant: string; readonly id: string }): Place {
  return { tenant, table: outbox.name, row: id, field: 'payload' }
}

/** What the keyring seals here. */
export const sealedMessages = sealedColumn(outbox, 'sealedPayload', place)
