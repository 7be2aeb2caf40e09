export { type Delivered, deliverOutbox, removeOldMessages } from './deliver.ts'
export { outboxMessage } from './message.ts'
export type { Message, Notifier } from './notifier.ts'
export { outbox } from './table.ts'
