import type { CredentialSigner } from '../trust/credential-signer.ts'
import { assertSignerChain, leafHashOf, leafOf, withKeyCheck } from '../trust/signer-key.ts'
import type { TrustList } from '../trust/trust-list.ts'
import type { PresentationQuery } from './queries/presentation-query.ts'

/** Options of the verifier. */
export interface VerifierOptions {
  /** The public URL of the API: https, without query, fragment and trailing slash; http for loopback only. */
  readonly publicUrl: string
  /** Signs the requests. Its certificate is what wallets know the verifier by. */
  readonly signer: CredentialSigner
  /** Whose credentials are accepted, and whose status lists. An empty list trusts nobody. */
  readonly issuers: TrustList
  /** The queries that requests name. Default: none; then requests bring DCQL. */
  readonly queries?: readonly PresentationQuery[]
  /**
   * The page that a wallet on the same device returns its user to; `response_code` is added to its query. Required for the flow
   * `same-device`.
   */
  readonly redirectUri?: string
  /**
   * What wallets know the verifier by: the hash of its certificate, a DNS name in it, or the DID of `signer.didUrl` (OpenID4VP 1.0
   * section 5.9.3). Default: `x509_hash`, the only one under the profile `haip` (HAIP 1.0 section 5).
   */
  readonly clientIdPrefix?: 'x509_hash' | 'x509_san_dns' | 'decentralized_identifier'
  /**
   * Allows requests that are not signed (`redirect_uri`, and `openid4vp-v1-unsigned` of the Digital Credentials API), for wallets that
   * take no others. They authenticate nobody. Default: false; never under the profile `haip`.
   */
  readonly unsignedRequests?: boolean
  /**
   * Allows the flow `cross-device`. Nothing in it proves that who scanned the code is who sees the page, so a code can be relayed to
   * a victim. Default: false.
   */
  readonly crossDevice?: boolean
  /** Allows responses that are not encrypted. Default: false; never under the profile `haip`. */
  readonly plainResponses?: boolean
  /** What to do with claims that were not asked for: refuse the presentation, or forget them. Default: `refuse`. */
  readonly overDisclosure?: 'refuse' | 'drop'
  /** What to do if a status list cannot be had. Default: `refuse`. */
  readonly statusUnavailable?: 'refuse' | 'accept'
  /** Days for which presentations are retained as they came, sealed, for those whom the law asks. Default: 0. */
  readonly evidenceDays?: number
  /**
   * Fetches a status list instead of Node's https client, for example through an egress proxy. It resolves hostnames itself, so
   * Billfold cannot check addresses. It is called with `redirect: 'manual'` and must not follow redirects.
   */
  readonly fetch?: typeof globalThis.fetch
}

/** The options with their defaults. */
export interface VerifierSettings {
  readonly publicUrl: string
  readonly signer: CredentialSigner
  readonly issuers: TrustList
  readonly queries: ReadonlyMap<string, PresentationQuery>
  readonly redirectUri: string | undefined
  readonly clientId: string
  readonly crossDevice: boolean
  readonly plainResponses: boolean
  readonly unsignedRequests: boolean
  readonly overDisclosure: 'refuse' | 'drop'
  readonly statusUnavailable: 'refuse' | 'accept'
  readonly evidenceMs: number
  readonly fetch: typeof globalThis.fetch | undefined
}

const dayMs = 24 * 60 * 60 * 1000

/** Applies the defaults. @throws RangeError that names the option */
export function resolveVerifierOptions(options: VerifierOptions, profile: 'haip' | 'open'): VerifierSettings {
  const { signer, issuers, queries = [], evidenceDays = 0, redirectUri } = options
  const publicUrl = parsePublicUrl('verifier.publicUrl', options.publicUrl)
  assertSignerChain('credentials.verifier.signer', signer)
  const byId = new Map(queries.map((query) => [query.id, query]))
  if (byId.size < queries.length) throw new RangeError('credentials.verifier.queries: two queries have the same id')
  if (!Number.isInteger(evidenceDays) || evidenceDays < 0 || evidenceDays > 36_500)
    throw new RangeError(`credentials.verifier.evidenceDays must be an integer of 0 to 36500, got ${evidenceDays}`)
  if (redirectUri !== undefined && !URL.canParse(redirectUri))
    throw new RangeError('credentials.verifier.redirectUri must be a URL')
  if (profile === 'haip') assertHaip(options)
  return {
    publicUrl,
    signer: withKeyCheck(signer),
    issuers,
    queries: byId,
    redirectUri,
    clientId: toClientId(options, publicUrl),
    crossDevice: options.crossDevice ?? false,
    plainResponses: options.plainResponses ?? false,
    unsignedRequests: options.unsignedRequests ?? false,
    overDisclosure: options.overDisclosure ?? 'refuse',
    statusUnavailable: options.statusUnavailable ?? 'refuse',
    evidenceMs: evidenceDays * dayMs,
    fetch: options.fetch,
  }
}

function assertHaip({ plainResponses, unsignedRequests, clientIdPrefix = 'x509_hash' }: VerifierOptions): void {
  if (plainResponses === true)
    throw new RangeError('credentials.verifier.plainResponses cannot be true under the profile haip')
  if (unsignedRequests === true)
    throw new RangeError('credentials.verifier.unsignedRequests cannot be true under the profile haip')
  if (clientIdPrefix !== 'x509_hash')
    throw new RangeError(
      `credentials.verifier.clientIdPrefix must be x509_hash under the profile haip, got ${clientIdPrefix}`,
    )
}

/**
 * Parses the public URL of an API.
 * @throws RangeError if it is not https (http for loopback), or has a query, a fragment or a slash at its end
 */
export function parsePublicUrl(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isLoopback = url !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)
  if (url === undefined || !isSecure || /[?#]/.test(text) || text.endsWith('/') || url.username !== '')
    throw new RangeError(
      `credentials.${name} must be an https URL without query, fragment and trailing slash, got ${JSON.stringify(text)}`,
    )
  return text
}

function toClientId({ signer, clientIdPrefix = 'x509_hash' }: VerifierOptions, publicUrl: string): string {
  if (clientIdPrefix === 'x509_hash') return `x509_hash:${leafHashOf(signer)}`
  if (clientIdPrefix === 'decentralized_identifier') {
    const [did, fragment] = (signer.didUrl ?? '').split('#')
    if (did === undefined || !did.startsWith('did:') || fragment === undefined)
      throw new RangeError(
        'credentials.verifier.signer.didUrl must be a DID URL with a fragment for decentralized_identifier',
      )
    return `decentralized_identifier:${did}`
  }
  const { hostname } = new URL(publicUrl)
  if (leafOf(signer).checkHost(hostname, { subject: 'never', wildcards: false }) === undefined)
    throw new RangeError(
      `credentials.verifier.signer: the certificate has no DNS name ${hostname}, which x509_san_dns needs`,
    )
  return `x509_san_dns:${hostname}`
}
