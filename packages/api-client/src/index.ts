import createClient, { type Client, type ClientOptions } from 'openapi-fetch'
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

export type { Client, ClientOptions }

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

/**
 * Creates a client of the custody API. Its functions are those of openapi-fetch: they never throw for a status, and resolve to `data`
 * or `error`. They reject if the server redirects, unless `redirect` of the options or of the call says otherwise.
 *
 * @param options `baseUrl` is where the host has mounted the API
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
  return createClient<CustodyPaths>({ ...withoutRedirects, ...options })
}

/**
 * Creates a client of the payments API, see {@link createCustodyClient}.
 * @param options `baseUrl` is where the host has mounted the API
 */
export function createPaymentsClient(options: ClientOptions): Client<PaymentPaths> {
  return createClient<PaymentPaths>({ ...withoutRedirects, ...options })
}

/**
 * Creates a client of the DID API, see {@link createCustodyClient}.
 * @param options `baseUrl` is where the host has mounted the API
 */
export function createDidsClient(options: ClientOptions): Client<DidPaths> {
  return createClient<DidPaths>({ ...withoutRedirects, ...options })
}

/**
 * Creates a client of the onboarding API, see {@link createCustodyClient}.
 * @param options `baseUrl` is where the host has mounted the API
 */
export function createOnboardingClient(options: ClientOptions): Client<OnboardingPaths> {
  return createClient<OnboardingPaths>({ ...withoutRedirects, ...options })
}

/**
 * Creates a client of the authentication API, see {@link createCustodyClient}. It does not encrypt: for the operations of relying
 * parties and devices use `@billfold/core/client`.
 * @param options `baseUrl` is where the host has mounted the API
 */
export function createAuthenticationClient(options: ClientOptions): Client<AuthenticationPaths> {
  return createClient<AuthenticationPaths>({ ...withoutRedirects, ...options })
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
