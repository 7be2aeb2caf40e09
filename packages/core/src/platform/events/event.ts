import { z } from 'zod'
import { eventCatalogue } from './catalogue.ts'

/** The name of an event type. */
export type EventType = keyof typeof eventCatalogue

/** The `data` of an event type. */
export type EventData<Type extends EventType> = z.output<(typeof eventCatalogue)[Type]['data']>

/** An event of one type. */
export interface TypedEvent<Type extends EventType> {
  /** UUIDv7, the same for every delivery attempt. Use it to discard duplicates. */
  readonly id: string
  readonly type: Type
  /** The version of the event type, see {@link eventCatalogue}. */
  readonly version: number
  readonly tenant: string
  /** The time of the event, ISO 8601 in UTC. */
  readonly timestamp: string
  readonly data: EventData<Type>
}

/** Any event. A check of `event.type` narrows `event.data`. */
export type BillfoldEvent = { readonly [Type in EventType]: TypedEvent<Type> }[EventType]

/** The names of all event types. */
export const eventTypes: readonly EventType[] = Object.freeze(Object.keys(eventCatalogue).filter(isEventType))

/** Returns true if the text is the name of an event type. */
export function isEventType(type: string): type is EventType {
  return Object.hasOwn(eventCatalogue, type)
}

const eventShape = z.object({
  id: z.string(),
  type: z.string(),
  version: z.int(),
  tenant: z.string(),
  timestamp: z.string(),
  data: z.record(z.string(), z.unknown()),
})

/** Returns true if a value is an event of a known type and version. Additional fields are ignored. */
export function isBillfoldEvent(value: unknown): value is BillfoldEvent {
  const parsed = eventShape.safeParse(value)
  if (!parsed.success) return false
  const { type, version, data } = parsed.data
  if (!isEventType(type)) return false
  const known = eventCatalogue[type]
  return known.version === version && known.data.safeParse(data).success
}
