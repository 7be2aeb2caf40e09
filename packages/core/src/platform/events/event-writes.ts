import { newId } from '../../kernel/ids.ts'
import type { Services } from '../services.ts'
import { type Insert, insert } from '../../kernel/storage/index.ts'
import { eventCatalogue } from './catalogue.ts'
import type { EventData, EventType } from './event.ts'
import { events } from './table.ts'

/**
 * Returns the writes of an event, empty if the host has disabled events. Commit them with the action, after the writes
 * whose condition can fail.
 */
export function eventWrites<Type extends EventType>(
  { eventsEnabled = false, now }: Pick<Services, 'now'> & Partial<Pick<Services, 'eventsEnabled'>>,
  tenant: string,
  type: Type,
  data: EventData<Type>,
): readonly Insert[] {
  if (!eventsEnabled) return []
  const { version } = eventCatalogue[type]
  return [insert(events, { id: newId(), tenant, type, version, at: now(), data: JSON.stringify(data) })]
}
