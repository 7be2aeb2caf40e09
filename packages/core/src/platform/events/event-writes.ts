import { newId } from '../../kernel/ids.ts'
import type { Services } from '../services.ts'
import { type Insert, insert } from '../../kernel/storage/index.ts'
import type { EventData, EventType } from './event.ts'
import { events } from './table.ts'

/**
 * Returns the writes of an event, empty if the host has disabled events. Commit them with the action, after the writes
 * whose condition can fail.
 * @throws Error if no module declares the event type
 */
export function eventWrites<Type extends EventType>(
  services: Pick<Services, 'now'> & Partial<Pick<Services, 'eventsEnabled' | 'eventCatalogue'>>,
  tenant: string,
  type: Type,
  data: EventData<Type>,
): readonly Insert[] {
  const { eventsEnabled = false, eventCatalogue = {}, now } = services
  if (!eventsEnabled) return []
  const definition = eventCatalogue[type]
  if (definition === undefined) throw new Error(`No module declares the event type ${type}`)
  const { version } = definition
  return [insert(events, { id: newId(), tenant, type, version, at: now(), data: JSON.stringify(data) })]
}
