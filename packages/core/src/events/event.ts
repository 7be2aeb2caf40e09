import { z } from 'zod'
import { eventCatalogue } from './catalogue.ts'

/** The name of a kind of event. */
export type EventType = keyof typeof eventCatalogue

/** What an event of a kind carries. */
export type EventData<Type extends EventType> = z.output<(typeof eventCatalogue)[Type]['data']>

/** An event of one kind. */
export interface EventOf<Type extends EventType> {
  /** UUIDv7, the same however often the event comes: what to drop repeats by. */
  readonly id: string
  readonly type: Type
  /** Of the kind, see {@link eventCatalogue}. */
  readonly version: number
  readonly tenant: string
  /** When it happened, ISO 8601 in UTC. */
  readonly timestamp: string
  readonly data: EventData<Type>
}

/** Any event: `event.type` tells which, and narrows `event.data`. */
export type BillfoldEvent = { readonly [Type in EventType]: EventOf<Type> }[EventType]

/** The names of all kinds of events. */
export const eventTypes: readonly EventType[] = Object.freeze(Object.keys(eventCatalogue).filter(isEventType))

/** Whether a text is the name of a kind of event. */
export function isEventType(type: string): type is EventType {
  return Object.hasOwn(eventCatalogue, type)
}

const frame = z.object({
  id: z.string(),
  type: z.string(),
  version: z.int(),
  tenant: z.string(),
  timestamp: z.string(),
  data: z.record(z.string(), z.unknown()),
})

/** Whether a value is an event of a kind and a version that is known here. Fields that are new since do no harm. */
export function isBillfoldEvent(value: unknown): value is BillfoldEvent {
  const framed = frame.safeParse(value)
  if (!framed.success) return false
  const { type, version, data } = framed.data
  if (!isEventType(type)) return false
  const known = eventCatalogue[type]
  return known.version === version && known.data.safeParse(data).success
}
