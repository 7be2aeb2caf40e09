import type { EventData } from '../events/event.ts'
import type { RowOf } from '../storage/index.ts'
import type { payments } from './tables.ts'

/** A payment, as events tell of it. */
export function paymentEvent({
  id: paymentId,
  senderId,
  receiverId,
}: Pick<RowOf<typeof payments>, 'id' | 'senderId' | 'receiverId'>): EventData<'payment.requested'> {
  return { paymentId, senderId, receiverId }
}
