import { BillfoldError } from '../../kernel/errors.ts'
import { byGet, type Route, route, withAliases } from '../../http/index.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { millisecondsPerDay, formatDay, parseDay } from '../dates.ts'
import { createEvaultUser } from '../users/evault-users.ts'
import {
  createSubscription,
  deactivateSubscription,
  findSubscription,
  renewSubscription,
  computeSubscriptionState,
  type SubscriptionRow,
  type SubscriptionTerms,
} from '../subscriptions/subscriptions.ts'
import type { PaymentsApiContext } from './api-context.ts'
import { cannotCreate, documentedFailures, missingFieldMessage } from './documented-failures.ts'
import { withFields } from './field-encryption.ts'
import { encryptedField, type EndpointFields, requiredField } from './fields.ts'
import { getUserByEmail } from './get-user-by-email.ts'

const termFields = {
  email: encryptedField(320),
  amount_paid: encryptedField(32),
  number_of_users: encryptedField(16),
  user_category: encryptedField(64),
  no_of_paid_users: encryptedField(16),
  no_of_default_users: encryptedField(16),
  sub_end_date: encryptedField(10),
  sub_start_date: encryptedField(10),
} as const

/** Messages that the API document prescribes for all licence endpoints. */
const documentedErrors = documentedFailures({
  ...missingFieldMessage,
  'user.not-found': 'User Not Found',
  'subscription.not-found': 'User Not Found',
  'subscription.exists': 'Licence Data matching User already exists',
  'subscription.invalid': cannotCreate,
  'date.invalid': cannotCreate,
})

/** Routes for subscriptions, which the API document calls licences, and for evault users. */
export function subscriptionRoutes(api: PaymentsApiContext): readonly Route[] {
  const { subscriptions } = api.guards
  const [checkUser, checkLicence] = [checkUserRoute(api), checkLicenceRoute(api)]
  const otherSpelling = '/api/v1/lokdon/check_licence'
  return [
    addLicenceRoute(api),
    activateLicenceRoute(api),
    deactivateLicenceRoute(api),
    checkUser,
    byGet(checkUser, subscriptions),
    ...withAliases(checkLicence, otherSpelling),
    ...withAliases(byGet(checkLicence, subscriptions), otherSpelling),
    addEvaultUserRoute(api),
  ]
}

function addLicenceRoute(api: PaymentsApiContext): Route {
  return termsRoute(api, createSubscription, {
    id: 'addUserLicence',
    path: '/api/v1/lokdon/add_user_licence',
    summary: 'Create the licence of a user',
  })
}

function activateLicenceRoute(api: PaymentsApiContext): Route {
  return termsRoute(api, renewSubscription, {
    id: 'activateLicence',
    path: '/api/v1/lokdon/activate_licence',
    summary: 'Renew a licence on new terms',
  })
}

/** A route that sets the terms of a user's licence. */
function termsRoute(
  api: PaymentsApiContext,
  setTerms: typeof createSubscription | typeof renewSubscription,
  names: { readonly id: string; readonly path: string; readonly summary: string },
): Route {
  return route({
    ...names,
    method: 'POST',
    guard: api.guards.subscriptions,
    ...withFields(api, termFields),
    documentedErrors,
    handler: async ({ body: fields }, context) => {
      const [terms, actor] = [parseTerms(fields), actorFromRequest(context)]
      const userId = await getUserByEmail(api.services, actor, requiredField(fields, 'email'))
      await setTerms(api.services, actor, userId, terms)
      return { message: 'Licence Registered Successfully' }
    },
  })
}

function deactivateLicenceRoute(api: PaymentsApiContext): Route {
  return route({
    id: 'deactivateLicence',
    method: 'POST',
    path: '/api/v1/lokdon/deactivate_licence',
    summary: 'Deactivate a licence',
    guard: api.guards.subscriptions,
    ...withFields(api, { email: encryptedField(320) }),
    documentedErrors,
    handler: async ({ body: fields }, context) => {
      const actor = actorFromRequest(context)
      const userId = await getUserByEmail(api.services, actor, requiredField(fields, 'email'))
      await deactivateSubscription(api.services, actor, userId)
      return { message: 'User Updated successfully' }
    },
  })
}

function checkUserRoute(api: PaymentsApiContext): Route {
  return route({
    id: 'checkUser',
    idempotency: 'none',
    method: 'POST',
    path: '/api/v1/lokdon/check_user',
    summary: 'Get the licence of a user',
    guard: api.guards.subscriptions,
    ...withFields(api, { email: encryptedField(320) }, ['amount_paid', 'user_category']),
    documentedErrors,
    handler: async ({ body: fields }, context) => {
      const row = await getSubscription(api, actorFromRequest(context), requiredField(fields, 'email'))
      return { message: 'Licence data Found', data: toReply(row, api.services.now()) }
    },
  })
}

function checkLicenceRoute(api: PaymentsApiContext): Route {
  return route({
    id: 'checkLicence',
    idempotency: 'none',
    method: 'POST',
    path: '/api/v1/lokdon/check_license',
    summary: 'Check whether the licence of a user is active',
    guard: api.guards.subscriptions,
    ...withFields(api, { email: encryptedField(320) }),
    documentedErrors,
    handler: async ({ body: fields }, context) => {
      const row = await getSubscription(api, actorFromRequest(context), requiredField(fields, 'email'))
      const isActive = computeSubscriptionState(row, api.services.now()) === 'active'
      return { message: isActive ? 'license is active' : 'license has expired' }
    },
  })
}

async function getSubscription(
  { services }: PaymentsApiContext,
  actor: Actor,
  email: string,
): Promise<SubscriptionRow> {
  const row = await findSubscription(services, actor.tenant, await getUserByEmail(services, actor, email))
  if (row === undefined) throw new BillfoldError('subscription.not-found')
  return row
}

function parseTerms(fields: EndpointFields<keyof typeof termFields>): SubscriptionTerms {
  const amountPaid = requiredField(fields, 'amount_paid')
  if (!/^\d{1,20}(\.\d{1,8})?$/.test(amountPaid)) throw invalid('amount_paid is not a decimal number')
  return {
    amountPaid,
    category: requiredField(fields, 'user_category'),
    seats: parseCount(fields, 'number_of_users'),
    paidSeats: parseCount(fields, 'no_of_paid_users'),
    defaultSeats: parseCount(fields, 'no_of_default_users'),
    startsAt: parseDay(requiredField(fields, 'sub_start_date')),
    // The end date is inclusive in the API, exclusive in the table.
    endsAt: parseDay(requiredField(fields, 'sub_end_date')) + millisecondsPerDay,
  }
}

function parseCount(fields: EndpointFields<keyof typeof termFields>, name: keyof typeof termFields): number {
  const text = requiredField(fields, name)
  if (!/^\d{1,10}$/.test(text)) throw invalid(`${name} is not a number`)
  return Number(text)
}

function toReply(row: SubscriptionRow, now: number): Record<string, string> {
  return {
    amount_paid: row.amountPaid,
    number_of_users: String(row.seats),
    user_category: row.category,
    no_of_paid_users: String(row.paidSeats),
    no_of_default_users: String(row.defaultSeats),
    sub_start_date: formatDay(row.startsAt),
    sub_end_date: formatDay(row.endsAt - millisecondsPerDay),
    status: computeSubscriptionState(row, now),
  }
}

function addEvaultUserRoute(api: PaymentsApiContext): Route {
  const personal = {
    first_name: encryptedField(128),
    initial: encryptedField(16),
    last_name: encryptedField(128),
    username: encryptedField(128),
    passport: encryptedField(64),
    contract_no: encryptedField(64),
    fingerprint_id: encryptedField(256),
    address: encryptedField(512),
    state: encryptedField(64),
    country: encryptedField(64),
    zip_code: encryptedField(16),
  } as const
  return route({
    id: 'addEvaultUser',
    method: 'POST',
    path: '/api/v1/lokdon/add_evault_user',
    summary: 'Store an evault user',
    guard: api.guards.subscriptions,
    ...withFields(api, { ...personal, email: encryptedField(320) }),
    documentedErrors: documentedFailures({
      ...missingFieldMessage,
      'user.exists': 'User Matching Email Already Exists',
    }),
    handler: async ({ body: fields }, context) => {
      const actor = actorFromRequest(context)
      await createEvaultUser(api.services, actor, { email: requiredField(fields, 'email'), fields })
      return { message: 'User Registered Successfully' }
    },
  })
}

function invalid(message: string): BillfoldError {
  return new BillfoldError('subscription.invalid', { message })
}
