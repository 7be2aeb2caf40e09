export { type EventCatalogue, eventCatalogue, type EventKind } from './catalogue.ts'
export {
  type BillfoldEvent,
  type EventData,
  type EventOf,
  type EventType,
  eventTypes,
  isBillfoldEvent,
  isEventType,
} from './event.ts'
export { verifyWebhook, type VerifyWebhookOptions, type WebhookHeaders } from './verify-webhook.ts'
