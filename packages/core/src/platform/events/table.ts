import { defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/**
 * Events that are not fanned out yet. Inserted in the commit of the action, deleted when the deliveries are inserted.
 */
export const events = defineTable({
  name: 'events',
  columns: {
    id: text(36),
    tenant: text(64),
    type: text(64),
    version: integer(),
    at: integer(),
    /** JSON with ids and short words only, so it need not be sealed. */
    data: text(),
  },
  key: ['id'],
  indexes: { byAge: ['at', 'id'] },
})

/** Deliveries of an event to one endpoint or to the host's handler. Deleted once delivered. */
export const eventDeliveries = defineTable({
  name: 'event_deliveries',
  columns: {
    id: text(36),
    tenant: text(64),
    /** `host` for the host's handler. */
    endpointId: text(36),
    eventId: text(36),
    type: text(64),
    /** The event as JSON: the exact text that is signed, the same for every attempt. */
    body: text(),
    attempts: integer(),
    /** Null after the last attempt. */
    nextTryAt: nullable(integer()),
    /** The reason of the last failed attempt. */
    failure: nullable(text(64)),
    createdAt: integer(),
  },
  key: ['id'],
  unique: { once: ['endpointId', 'eventId'] },
  indexes: { due: ['endpointId', 'nextTryAt', 'id'], byAge: ['createdAt'] },
})
