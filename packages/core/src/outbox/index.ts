export { type Delivered, deliverOutbox, outboxLimits, removeOldMessages } from './deliver.ts'
export { type MessageInput, outboxMessage } from './message.ts'
export type { Message, Notifier } from './notifier.ts'
export { outbox } from './table.ts'
