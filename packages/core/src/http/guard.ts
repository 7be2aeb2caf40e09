import type { z } from 'zod'
import type { IncomingRequest } from './request-response.ts'

/** An authenticated caller. */
export interface Caller {
  readonly kind: 'anonymous' | 'service' | 'user' | 'licence' | 'wallet'
  readonly tenant: string
  /** The subject of rate limits and audit records: the id of a service key, a user, ... */
  readonly id: string
  readonly scopes: ReadonlySet<string>
  /** The id of a secret that authenticated the caller and that one device holds, such as an API key of a user. */
  readonly credentialId?: string
}

/** The name of a guard, and its authentication in the terms of OpenAPI. */
interface GuardDescription {
  readonly name: string
  /** OpenAPI security requirements; empty for public routes. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  /** OpenAPI security schemes. */
  readonly schemes: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** Authenticates the caller of a route by the headers, before the body is read. */
export interface Guard extends GuardDescription {
  /** Returns the caller, or throws `caller.unauthenticated` or `caller.forbidden`. */
  readonly admit: (request: IncomingRequest) => Promise<Caller>
  readonly admitBody?: undefined
}

/**
 * Authenticates the caller of a route by a credential in the headers or in the body. A request whose headers present an invalid
 * credential is rejected before its body is read.
 */
export interface BodyGuard extends GuardDescription {
  /** Returns the caller, or undefined if the headers present no credential. Throws if they present an invalid one. */
  readonly admit: (request: IncomingRequest) => Promise<Caller | undefined>
  /**
   * Returns the caller once the body is read, or throws `caller.unauthenticated` or `caller.forbidden`.
   *
   * @param body the body as transmitted, before its schema has validated it
   * @param admitted the caller according to the headers
   */
  readonly admitBody: (request: IncomingRequest, body: unknown, admitted: Caller | undefined) => Promise<Caller>
  /** The schema of the fields that present the credential in the body, for OpenAPI. */
  readonly bodySchema: z.ZodType
}
