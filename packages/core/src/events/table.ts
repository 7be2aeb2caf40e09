import { defineTable, integer, nullable, text } from '../storage/index.ts'

/** What has happened and nobody was told yet: written in the commit of the act, removed when its deliveries are made. */
export const events = defineTable({
  name: 'events',
  columns: {
    id: text(36),
    tenant: text(64),
    type: text(64),
    version: integer(),
    at: integer(),
    /** JSON: ids and plain words, so that there is nothing to seal. */
    data: text(),
  },
  key: ['id'],
  indexes: { byAge: ['at', 'id'] },
})

/** An event on its way to one endpoint, or to the host's own handler. Removed when it has arrived. */
export const eventDeliveries = defineTable({
  name: 'event_deliveries',
  columns: {
    id: text(36),
    tenant: text(64),
    /** `host` is the host's own handler. */
    endpointId: text(36),
    eventId: text(36),
    type: text(64),
    /** The event as JSON: the very bytes that are signed, each time the same. */
    body: text(),
    attempts: integer(),
    /** Null when it was given up. */
    nextTryAt: nullable(integer()),
    /** What the last attempt met, in a few words. */
    failure: nullable(text(64)),
    createdAt: integer(),
  },
  key: ['id'],
  unique: { once: ['endpointId', 'eventId'] },
  indexes: { due: ['endpointId', 'nextTryAt', 'id'], byAge: ['createdAt'] },
})
