export { type EventCatalogue, eventCatalogue, type EventDefinition } from './catalogue.ts'
export {
  type BillfoldEvent,
  type EventData,
  type TypedEvent,
  type EventType,
  eventTypes,
  isBillfoldEvent,
  isEventType,
} from './event.ts'
export { verifyWebhook, type VerifyWebhookOptions, type WebhookHeaders } from './verify-webhook.ts'
