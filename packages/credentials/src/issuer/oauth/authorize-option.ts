import type { Reply } from '@billfold/core/http'

/** A browser that a wallet has sent to the issuer. */
export interface AuthorizationExchange {
  /** The URL that the browser must return to once the host has authenticated its user. */
  readonly returnTo: string
  /** The ids of the types that the wallet asks for. */
  readonly types: readonly string[]
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The objects of the host's framework: `{ request, response }` in Express, the context in Koa. */
  readonly native: unknown
}

/** Whom the browser belongs to; or a reply, such as a redirect to the host's login. */
export type Authorization = { readonly userId: string } | { readonly applicationId: string } | Reply

/** Names the user of a browser: when the consent page is shown, and again when the user agrees. */
export type Authorize = (exchange: AuthorizationExchange) => Authorization | Promise<Authorization>
