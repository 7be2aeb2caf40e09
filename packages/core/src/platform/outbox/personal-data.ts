import { remove } from '../../kernel/storage/index.ts'
import type { PersonalData } from '../personal-data.ts'
import { openMessage } from './outbox-write.ts'
import { outbox } from './table.ts'

/** The maximum number of messages in an export, newest first. */
const maxMessages = 1000

/** Undelivered messages to a user. They can contain an email address and a phone number. Erasing deletes them. */
export const outboxData: PersonalData = {
  name: 'messages',
  tables: [outbox],
  collect: async (services, { tenant, userId }) => {
    const rows = await services.storage.find(outbox, {
      where: { userId, tenant },
      orderBy: [['id', 'desc']],
      limit: maxMessages,
    })
    if (rows.length === 0) return undefined
    const messages = await Promise.all(rows.map((row) => openMessage(services, row)))
    return messages.map(({ topic, createdAt, payload }) => ({ topic, at: new Date(createdAt).toISOString(), payload }))
  },
  erase: async (_, { tenant, userId }) => ({
    writes: [remove(outbox, { where: { userId, tenant }, expectedRows: 'any' })],
  }),
}
