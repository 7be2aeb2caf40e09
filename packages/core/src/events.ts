import { type AuthenticationEvents, authenticationEvents } from './authentication/events.ts'
import { type CustodyEvents, custodyEvents } from './custody/events.ts'
import { type DidEvents, didEvents } from './dids/events.ts'
import { type FaceEvents, faceEvents } from './identity/biometrics/events.ts'
import { type DeviceEvents, deviceEvents } from './identity/devices/events.ts'
import { type LicenceEvents, licenceEvents } from './identity/licences/events.ts'
import { type ServiceKeyEvents, serviceKeyEvents } from './identity/service-keys/events.ts'
import { type SigningMethodEvents, signingMethodEvents } from './identity/signing-methods/events.ts'
import { type UserEvents, userEvents } from './identity/users/events.ts'
import { type OnboardingEvents, onboardingEvents } from './onboarding/events.ts'
import { type PaymentEvents, paymentEvents } from './payments/events.ts'
import { type WebhookEvents, webhookEvents } from './platform/webhooks/events.ts'
import type { EventDefinitions } from './platform/events/define-event.ts'
import type { BillfoldEvent, EventType } from './platform/events/event.ts'
import { isEventIn, isEventTypeIn } from './platform/events/is-event.ts'
import { verifyWebhookFor, type VerifyWebhookOptions, type WebhookHeaders } from './platform/events/verify-webhook.ts'

export type { EventDefinition, EventDefinitions } from './platform/events/define-event.ts'
export * from './platform/events/event.ts'
export type { VerifyWebhookOptions, WebhookHeaders } from './platform/events/verify-webhook.ts'

/**
 * The type of {@link eventCatalogue}. It names the files that merge the events into `ModuleEvents`, so that declaration
 * files of other packages load them.
 */
export interface EventCatalogue
  extends AuthenticationEvents,
    CustodyEvents,
    DidEvents,
    FaceEvents,
    DeviceEvents,
    LicenceEvents,
    ServiceKeyEvents,
    SigningMethodEvents,
    UserEvents,
    OnboardingEvents,
    PaymentEvents,
    WebhookEvents {}

/**
 * The event types of Billfold's own modules, by name. An event is written in the commit of the action that it reports.
 * Its data contains ids and short words only: a subscriber that needs more queries the API with its own permissions.
 * Receivers of webhooks import it without the rest of the library, so it lists the modules' events itself; a test
 * compares it with the modules.
 */
export const eventCatalogue: EventCatalogue = {
  ...userEvents,
  ...signingMethodEvents,
  ...faceEvents,
  ...deviceEvents,
  ...custodyEvents,
  ...authenticationEvents,
  ...onboardingEvents,
  ...didEvents,
  ...paymentEvents,
  ...licenceEvents,
  ...serviceKeyEvents,
  ...webhookEvents,
}

const definitions: EventDefinitions = { ...eventCatalogue }

/** The names of the event types in {@link eventCatalogue}. */
export const eventTypes: readonly (keyof EventCatalogue)[] = Object.freeze(
  Object.keys(eventCatalogue).filter(isInCatalogue),
)

function isInCatalogue(type: string): type is keyof EventCatalogue {
  return Object.hasOwn(eventCatalogue, type)
}

/** Returns true if the text is the name of an event type in {@link eventCatalogue}. */
export function isEventType(type: string): type is EventType {
  return isEventTypeIn(definitions, type)
}

/**
 * Returns true if a value is an event of a known type and version. Additional fields are ignored.
 * @param additional the events of additional modules, as in their `events`
 */
export function isBillfoldEvent(value: unknown, additional: EventDefinitions = {}): value is BillfoldEvent {
  return isEventIn({ ...definitions, ...additional }, value)
}

/**
 * Verifies a webhook request according to the Standard Webhooks specification (HMAC-SHA256) and returns its event.
 * Requires only Web Crypto.
 *
 * @param secret - the endpoint's secret (`whsec_...`), or several during a secret rotation
 * @param headers - the request headers
 * @param body - the raw request body: a body that was parsed and serialized again has another signature
 * @returns the event, or undefined if its type or version is unknown to this version of Billfold; answer those with 204
 * @throws BillfoldError `webhook.invalid` for a missing header, a timestamp outside the tolerance, a wrong signature,
 *   or a body that is not JSON
 * @throws TypeError if a secret is not base64 of 24 to 64 bytes, with or without the prefix `whsec_`
 * @example
 * ```ts
 * import { verifyWebhook } from '@billfold/core'
 *
 * async function receive(request: Request) {
 *   const event = await verifyWebhook(process.env['WEBHOOK_SECRET'] ?? '', request.headers, await request.text())
 *   if (event?.type === 'payment.completed') console.log(event.data.paymentId)
 *   return new Response(null, { status: 204 })
 * }
 * ```
 */
export function verifyWebhook(
  secret: string | readonly string[],
  headers: WebhookHeaders,
  body: string | Uint8Array,
  { events, ...options }: VerifyWebhookOptions = {},
): Promise<BillfoldEvent | undefined> {
  return verifyWebhookFor({ ...definitions, ...events }, secret, headers, body, options)
}
