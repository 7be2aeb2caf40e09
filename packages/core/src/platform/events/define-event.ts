import { z } from 'zod'

/** The definition of an event type: its version, description and the schema of its `data`. */
export interface EventDefinition<Data extends z.ZodType = z.ZodType> {
  /** Increased when a field is removed or changes its meaning. New fields do not change the version. */
  readonly version: number
  readonly description: string
  readonly data: Data
}

/** Event types with their definitions, by name. */
export type EventDefinitions = Readonly<Record<string, EventDefinition>>

/** The schema of an id in the data of an event. */
export const eventId = z.string().min(1).max(128)

/**
 * Defines version 1 of an event type. The data of an event contains ids and short words only: a subscriber that needs
 * more queries the API with its own permissions.
 *
 * @param description one sentence that says what happened
 * @param shape the schemas of the fields of `data`
 *
 * @example
 * ```ts
 * import { defineEvent, eventId } from '@billfold/core/modules'
 * import { z } from 'zod'
 *
 * const loyaltyEvents = {
 *   'loyalty.points-earned': defineEvent('A user earned points.', { userId: eventId, points: z.int() }),
 * }
 * ```
 */
export function defineEvent<Shape extends z.ZodRawShape>(
  description: string,
  shape: Shape,
): EventDefinition<z.ZodObject<Shape>> {
  return { version: 1, description, data: z.object(shape) }
}
