import { BillfoldError } from '../../kernel/errors.ts'
import type { Route } from '../../http/index.ts'
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
import {
  noApiKey,
  type EndpointDefinition,
  type EndpointCaller,
  endpointRoutes,
  type EndpointContext,
} from './endpoint-routes.ts'
import { encryptedField, type EndpointFields, requiredField } from './fields.ts'
import { missingFieldMessage, getUserByEmail } from './gateway-endpoints.ts'

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

const cannotCreate = (error: BillfoldError): string => `Unable to Create License ${error.message}`

/** Messages that the API document prescribes for all licence endpoints. */
const documentedErrors = {
  ...missingFieldMessage,
  'user.not-found': 'User Not Found',
  'subscription.not-found': 'User Not Found',
  'subscription.exists': 'Licence Data matching User already exists',
  'subscription.invalid': cannotCreate,
  'date.invalid': cannotCreate,
} as const

/** Routes for subscriptions, which the API document calls licences, and for evault users. */
export function subscriptionEndpoints(api: EndpointContext): readonly Route[] {
  return [...grantRoutes(api), ...deactivateRoutes(api), ...lookupRoutes(api), ...addEvaultUserRoutes(api)]
}

function grantRoutes(api: EndpointContext): readonly Route[] {
  const common = {
    guard: api.subscriptionsGuard,
    fields: termFields,
    documentedErrors,
    resolveCaller: noApiKey,
  } satisfies Partial<EndpointDefinition<keyof typeof termFields, EndpointCaller>>
  return [
    ...endpointRoutes(api, {
      ...common,
      id: 'addUserLicence',
      paths: ['add_user_licence'],
      summary: 'Create the licence of a user',
      handle: async (fields, { actor }) => {
        const terms = parseTerms(fields)
        await createSubscription(
          api.services,
          actor,
          await getUserByEmail(api, actor, requiredField(fields, 'email')),
          terms,
        )
        return { message: 'Licence Registered Successfully' }
      },
    }),
    ...endpointRoutes(api, {
      ...common,
      id: 'activateLicence',
      paths: ['activate_licence'],
      summary: 'Renew a licence on new terms',
      handle: async (fields, { actor }) => {
        const terms = parseTerms(fields)
        await renewSubscription(
          api.services,
          actor,
          await getUserByEmail(api, actor, requiredField(fields, 'email')),
          terms,
        )
        return { message: 'Licence Registered Successfully' }
      },
    }),
  ]
}

function deactivateRoutes(api: EndpointContext): readonly Route[] {
  return endpointRoutes(api, {
    id: 'deactivateLicence',
    paths: ['deactivate_licence'],
    summary: 'Deactivate a licence',
    guard: api.subscriptionsGuard,
    fields: { email: encryptedField(320) },
    documentedErrors,
    resolveCaller: noApiKey,
    handle: async (fields, { actor }) => {
      await deactivateSubscription(
        api.services,
        actor,
        await getUserByEmail(api, actor, requiredField(fields, 'email')),
      )
      return { message: 'User Updated successfully' }
    },
  })
}

function lookupRoutes(api: EndpointContext): readonly Route[] {
  const common = {
    guard: api.subscriptionsGuard,
    fields: { email: encryptedField(320) },
    documentedErrors,
    resolveCaller: noApiKey,
    allowGet: true,
  } satisfies Partial<EndpointDefinition<'email', EndpointCaller>>
  return [
    ...endpointRoutes(api, {
      ...common,
      id: 'checkUser',
      paths: ['check_user'],
      summary: 'Get the licence of a user',
      encryptedReplyFields: ['amount_paid', 'user_category'],
      handle: async (fields, { actor }) => {
        const row = await getSubscription(api, actor, requiredField(fields, 'email'))
        return { message: 'Licence data Found', data: toReply(row, api.services.now()) }
      },
    }),
    ...endpointRoutes(api, {
      ...common,
      id: 'checkLicence',
      paths: ['check_license', 'check_licence'],
      summary: 'Check whether the licence of a user is active',
      handle: async (fields, { actor }) => {
        const row = await getSubscription(api, actor, requiredField(fields, 'email'))
        const isActive = computeSubscriptionState(row, api.services.now()) === 'active'
        return { message: isActive ? 'license is active' : 'license has expired' }
      },
    }),
  ]
}

async function getSubscription(
  api: EndpointContext,
  actor: Parameters<typeof getUserByEmail>[1],
  email: string,
): Promise<SubscriptionRow> {
  const row = await findSubscription(api.services, actor.tenant, await getUserByEmail(api, actor, email))
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

function addEvaultUserRoutes(api: EndpointContext): readonly Route[] {
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
  return endpointRoutes(api, {
    id: 'addEvaultUser',
    paths: ['add_evault_user'],
    summary: 'Store an evault user',
    guard: api.subscriptionsGuard,
    fields: { ...personal, email: encryptedField(320) },
    documentedErrors: { ...missingFieldMessage, 'user.exists': 'User Matching Email Already Exists' },
    resolveCaller: noApiKey,
    handle: async (fields, { actor }) => {
      await createEvaultUser(api.services, actor, { email: requiredField(fields, 'email'), fields })
      return { message: 'User Registered Successfully' }
    },
  })
}

function invalid(message: string): BillfoldError {
  return new BillfoldError('subscription.invalid', { message })
}
