import type { z } from 'zod'

/**
 * The event types of all modules, each with its definition. Every module adds its own by declaration merging, those of
 * Billfold and those of third parties alike, so that {@link EventType} and {@link EventData} know them.
 *
 * @example
 * ```typescript
 * import { defineEvent, eventId } from '@billfold/core/modules'
 *
 * const loyaltyEvents = { 'loyalty.points-earned': defineEvent('A user earned points.', { userId: eventId }) }
 * type LoyaltyEvents = typeof loyaltyEvents
 * declare module '@billfold/core' {
 *   interface ModuleEvents extends LoyaltyEvents {}
 * }
 * ```
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- open for declaration merging
export interface ModuleEvents {}

/** The name of an event type. */
export type EventType = keyof ModuleEvents & string

/** The `data` of an event type. */
export type EventData<Type extends EventType> = ModuleEvents[Type] extends {
  readonly data: infer Data extends z.ZodType
}
  ? z.output<Data>
  : never

/** An event of one type. */
export interface TypedEvent<Type extends EventType> {
  /** UUIDv7, the same for every delivery attempt. Use it to discard duplicates. */
  readonly id: string
  readonly type: Type
  /** The version of the event type, see `eventCatalogue`. */
  readonly version: number
  readonly tenant: string
  /** The time of the event, ISO 8601 in UTC. */
  readonly timestamp: string
  readonly data: EventData<Type>
}

/** Any event. A check of `event.type` narrows `event.data`. */
export type BillfoldEvent = { readonly [Type in EventType]: TypedEvent<Type> }[EventType]
