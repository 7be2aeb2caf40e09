import createClient, { type Client, type ClientOptions as FetchClientOptions } from 'openapi-fetch'
import { boundReplies } from './bounded-replies.ts'
import type { paths as Authentication } from './generated/authentication.ts'
import type { components as CustodyComponents, paths as Custody } from './generated/custody.ts'
import type { components as DidComponents, paths as Dids } from './generated/dids.ts'
import type { components as OnboardingComponents, paths as Onboarding } from './generated/onboarding.ts'
import type { components as PaymentComponents, paths as Payments } from './generated/payments.ts'

/** The paths of the authentication API, with their parameters, bodies and replies. */
export interface AuthenticationPaths extends Authentication {}
/** The paths of the custody API, with their parameters, bodies and replies. */
export interface CustodyPaths extends Custody {}
/** The paths of the DID API, with their parameters, bodies and replies. */
export interface DidPaths extends Dids {}
/** The paths of the onboarding API, with their parameters, bodies and replies. */
export interface OnboardingPaths extends Onboarding {}
/** The paths of the payments API, with their parameters, bodies and replies. */
export interface PaymentPaths extends Payments {}

export type { Client }
export { ReplyError, type ReplyProblem } from './reply-error.ts'

/** The options of a client: those of openapi-fetch, and a limit. */
export interface ClientOptions extends FetchClientOptions {
  /**
   * The maximum size of a reply in bytes, after decompression; a larger one rejects with a {@link ReplyError}. A reply that the caller
   * reads as a stream (`parseAs: 'stream'`) has no limit. Default: 16 MiB
   */
  readonly maxReplyBytes?: number
}

/** The named schemas of the custody API: `User`, `Wallet`, `SigningMethod`, `Error`, ... */
export type CustodySchemas = CustodyComponents['schemas']
/** The named schemas of the DID API: `DidWallet`, `Error`, ... */
export type DidSchemas = DidComponents['schemas']
/** The named schemas of the onboarding API: `Application`, `Message`, `Error`, ... */
export type OnboardingSchemas = OnboardingComponents['schemas']
/** The named schemas of the payments API. */
export type PaymentSchemas = PaymentComponents['schemas']

/**
 * A redirect would send a PIN in a body or a `Signing-Method` header on to wherever it leads: `fetch` removes only `Authorization` for another
 * origin. No operation for programs redirects.
 */
const withoutRedirects = { redirect: 'error' } as const

function createBoundedClient<Paths extends object>({ maxReplyBytes, ...options }: ClientOptions): Client<Paths> {
  const client = createClient<Paths>({ ...withoutRedirects, ...options })
  client.use(boundReplies(maxReplyBytes))
  return client
}

/**
 * Creates a client of the custody API. Its functions are those of openapi-fetch: they never throw for a status, and resolve to `data`
 * or `error`. They reject if the server redirects, unless `redirect` of the options or of the call says otherwise, and with a
 * {@link ReplyError} if a reply is too large, or a success whose body is not JSON.
 *
 * @param options `baseUrl` is where the host has mounted the API; `maxReplyBytes` limits each reply
 * @throws RangeError if `maxReplyBytes` is not a whole number from 1
 * @example
 * ```ts
 * import { basicAuthorization, createCustodyClient } from '@billfold/api-client'
 *
 * async function printWallets(keyId: string, keySecret: string) {
 *   const authorization = basicAuthorization(keyId, keySecret)
 *   const custody = createCustodyClient({ baseUrl: 'https://wallet.example/custody', headers: { authorization } })
 *   const { data, error } = await custody.GET('/api/wallets')
 *   if (error) console.error(error)
 *   else for (const { address, secretType } of data.result) console.log(secretType, address)
 * }
 * ```
 */
export function createCustodyClient(options: ClientOptions): Client<CustodyPaths> {
  return createBoundedClient<CustodyPaths>(options)
}

/**
 * Creates a client of the payments API, see {@link createCustodyClient}.
 * @param options `baseUrl` is where the host has mounted the API; `maxReplyBytes` limits each reply
 */
export function createPaymentsClient(options: ClientOptions): Client<PaymentPaths> {
  return createBoundedClient<PaymentPaths>(options)
}

/**
 * Creates a client of the DID API, see {@link createCustodyClient}.
 * @param options `baseUrl` is where the host has mounted the API; `maxReplyBytes` limits each reply
 */
export function createDidsClient(options: ClientOptions): Client<DidPaths> {
  return createBoundedClient<DidPaths>(options)
}

/**
 * Creates a client of the onboarding API, see {@link createCustodyClient}.
 * @param options `baseUrl` is where the host has mounted the API; `maxReplyBytes` limits each reply
 */
export function createOnboardingClient(options: ClientOptions): Client<OnboardingPaths> {
  return createBoundedClient<OnboardingPaths>(options)
}

/**
 * Creates a client of the authentication API, see {@link createCustodyClient}. It does not encrypt: for the operations of relying
 * parties and devices use `@billfold/core/client`.
 * @param options `baseUrl` is where the host has mounted the API; `maxReplyBytes` limits each reply
 */
export function createAuthenticationClient(options: ClientOptions): Client<AuthenticationPaths> {
  return createBoundedClient<AuthenticationPaths>(options)
}

/**
 * Returns the `Authorization` header of a service key (Basic, RFC 7617).
 * @param keyId the id of the service key
 * @param keySecret its secret
 */
export function basicAuthorization(keyId: string, keySecret: string): string {
  const bytes = new TextEncoder().encode(`${keyId}:${keySecret}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}
