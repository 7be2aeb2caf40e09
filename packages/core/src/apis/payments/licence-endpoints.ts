import { BillfoldError } from '../../errors.ts'
import type { Route } from '../../http/index.ts'
import { dayMilliseconds, dayOf, startOfDay } from '../../payments/dates.ts'
import { addEvaultUser } from '../../payments/evault-users.ts'
import {
  addSubscription,
  deactivateSubscription,
  findSubscription,
  renewSubscription,
  stateOf,
  type SubscriptionRow,
  type SubscriptionTerms,
} from '../../subscriptions/subscriptions.ts'
import { anyCaller, type Endpoint, type EndpointCaller, endpoint, type PaymentsApi } from './endpoint.ts'
import { encrypted, type Fields, needed } from './fields.ts'
import { missingField, userNamed } from './gateway-endpoints.ts'

const termFields = {
  email: encrypted(320),
  amount_paid: encrypted(32),
  number_of_users: encrypted(16),
  user_category: encrypted(64),
  no_of_paid_users: encrypted(16),
  no_of_default_users: encrypted(16),
  sub_end_date: encrypted(10),
  sub_start_date: encrypted(10),
} as const

const cannotCreate = (error: BillfoldError): string => `Unable to Create License ${error.message}`

/** Messages that the API document prescribes for all licence endpoints. */
const says = {
  ...missingField,
  'user.unknown': 'User Not Found',
  'subscription.unknown': 'User Not Found',
  'subscription.exists': 'Licence Data matching User already exists',
  'subscription.invalid': cannotCreate,
  'date.invalid': cannotCreate,
} as const

/** Routes for subscriptions, which the API document calls licences, and for evault users. */
export function licenceEndpoints(api: PaymentsApi): readonly Route[] {
  return [...grantRoutes(api), ...deactivateRoutes(api), ...lookupRoutes(api), ...addEvaultUserRoutes(api)]
}

function grantRoutes(api: PaymentsApi): readonly Route[] {
  const common = {
    guard: api.subscriptions,
    fields: termFields,
    says,
    caller: anyCaller,
  } satisfies Partial<Endpoint<keyof typeof termFields, EndpointCaller>>
  return [
    ...endpoint(api, {
      ...common,
      id: 'addUserLicence',
      paths: ['add_user_licence'],
      summary: 'Create the licence of a user',
      handle: async (fields, { actor }) => {
        const terms = parseTerms(fields)
        await addSubscription(api.services, actor, await userNamed(api, actor, needed(fields, 'email')), terms)
        return { message: 'Licence Registered Successfully' }
      },
    }),
    ...endpoint(api, {
      ...common,
      id: 'activateLicence',
      paths: ['activate_licence'],
      summary: 'Renew a licence on new terms',
      handle: async (fields, { actor }) => {
        const terms = parseTerms(fields)
        await renewSubscription(api.services, actor, await userNamed(api, actor, needed(fields, 'email')), terms)
        return { message: 'Licence Registered Successfully' }
      },
    }),
  ]
}

function deactivateRoutes(api: PaymentsApi): readonly Route[] {
  return endpoint(api, {
    id: 'deactivateLicence',
    paths: ['deactivate_licence'],
    summary: 'Deactivate a licence',
    guard: api.subscriptions,
    fields: { email: encrypted(320) },
    says,
    caller: anyCaller,
    handle: async (fields, { actor }) => {
      await deactivateSubscription(api.services, actor, await userNamed(api, actor, needed(fields, 'email')))
      return { message: 'User Updated successfully' }
    },
  })
}

function lookupRoutes(api: PaymentsApi): readonly Route[] {
  const common = {
    guard: api.subscriptions,
    fields: { email: encrypted(320) },
    says,
    caller: anyCaller,
    get: true,
  } satisfies Partial<Endpoint<'email', EndpointCaller>>
  return [
    ...endpoint(api, {
      ...common,
      id: 'checkUser',
      paths: ['check_user'],
      summary: 'Get the licence of a user',
      seals: ['amount_paid', 'user_category'],
      handle: async (fields, { actor }) => {
        const row = await getSubscription(api, actor, needed(fields, 'email'))
        return { message: 'Licence data Found', data: toReply(row, api.services.now()) }
      },
    }),
    ...endpoint(api, {
      ...common,
      id: 'checkLicence',
      paths: ['check_license', 'check_licence'],
      summary: 'Check whether the licence of a user is active',
      handle: async (fields, { actor }) => {
        const row = await getSubscription(api, actor, needed(fields, 'email'))
        const isActive = stateOf(row, api.services.now()) === 'active'
        return { message: isActive ? 'license is active' : 'license has expired' }
      },
    }),
  ]
}

async function getSubscription(
  api: PaymentsApi,
  actor: Parameters<typeof userNamed>[1],
  email: string,
): Promise<SubscriptionRow> {
  const row = await findSubscription(api.services, actor.tenant, await userNamed(api, actor, email))
  if (row === undefined) throw new BillfoldError('subscription.unknown')
  return row
}

function parseTerms(fields: Fields<keyof typeof termFields>): SubscriptionTerms {
  const amountPaid = needed(fields, 'amount_paid')
  if (!/^\d{1,20}(\.\d{1,8})?$/.test(amountPaid)) throw invalid('amount_paid is not a decimal number')
  return {
    amountPaid,
    category: needed(fields, 'user_category'),
    seats: parseCount(fields, 'number_of_users'),
    paidSeats: parseCount(fields, 'no_of_paid_users'),
    defaultSeats: parseCount(fields, 'no_of_default_users'),
    startsAt: startOfDay(needed(fields, 'sub_start_date')),
    // The end date is inclusive in the API, exclusive in the table.
    endsAt: startOfDay(needed(fields, 'sub_end_date')) + dayMilliseconds,
  }
}

function parseCount(fields: Fields<keyof typeof termFields>, name: keyof typeof termFields): number {
  const text = needed(fields, name)
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
    sub_start_date: dayOf(row.startsAt),
    sub_end_date: dayOf(row.endsAt - dayMilliseconds),
    status: stateOf(row, now),
  }
}

function addEvaultUserRoutes(api: PaymentsApi): readonly Route[] {
  const personal = {
    first_name: encrypted(128),
    initial: encrypted(16),
    last_name: encrypted(128),
    username: encrypted(128),
    passport: encrypted(64),
    contract_no: encrypted(64),
    fingerprint_id: encrypted(256),
    address: encrypted(512),
    state: encrypted(64),
    country: encrypted(64),
    zip_code: encrypted(16),
  } as const
  return endpoint(api, {
    id: 'addEvaultUser',
    paths: ['add_evault_user'],
    summary: 'Store an evault user',
    guard: api.subscriptions,
    fields: { ...personal, email: encrypted(320) },
    says: { ...missingField, 'user.exists': 'User Matching Email Already Exists' },
    caller: anyCaller,
    handle: async (fields, { actor }) => {
      await addEvaultUser(api.services, actor, { email: needed(fields, 'email'), fields })
      return { message: 'User Registered Successfully' }
    },
  })
}

function invalid(message: string): BillfoldError {
  return new BillfoldError('subscription.invalid', { message })
}
