import { z } from 'zod'
import type { EventDefinitions } from './define-event.ts'
import type { BillfoldEvent, EventType } from './event.ts'

const eventShape = z.object({
  id: z.string(),
  type: z.string(),
  version: z.int(),
  tenant: z.string(),
  timestamp: z.string(),
  data: z.record(z.string(), z.unknown()),
})

/** Returns true if a value is an event of a type and version in `definitions`. Additional fields are ignored. */
export function isEventIn(definitions: EventDefinitions, value: unknown): value is BillfoldEvent {
  const parsed = eventShape.safeParse(value)
  if (!parsed.success) return false
  const { type, version, data } = parsed.data
  const known = Object.hasOwn(definitions, type) ? definitions[type] : undefined
  return known !== undefined && known.version === version && known.data.safeParse(data).success
}

/** Returns true if the text is the name of an event type in `definitions`. */
export function isEventTypeIn(definitions: EventDefinitions, type: string): type is EventType {
  return Object.hasOwn(definitions, type)
}
