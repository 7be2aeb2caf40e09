import { ssrfSafeRequest } from '@billfold/core/modules'

/** A request of the wallet to an issuer or a verifier. It names no software and no user. */
export interface WalletRequest {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** A response to a wallet. */
export interface WalletResponse {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

/** Sends the requests of the wallet. Must not follow redirects. */
export type WalletHttp = (request: WalletRequest) => Promise<WalletResponse>

const timeoutMs = 10_000
const maxResponseBytes = 1024 * 1024

/** Sends requests over https to public addresses only, without redirects. */
export const safeWalletHttp: WalletHttp = async ({ url, method, headers, body }) => {
  const target = new URL(url)
  if (target.protocol !== 'https:') throw new Error('only https is fetched')
  return ssrfSafeRequest({
    url: target,
    method,
    headers,
    ...(body !== undefined && { body }),
    allowPrivateAddresses: false,
    signal: AbortSignal.timeout(timeoutMs),
    maxResponseBytes,
    oversizedResponse: 'reject',
  })
}
