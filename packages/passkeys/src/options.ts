import type { PasskeyVerifier } from '@billfold/core/modules'
import { simpleWebAuthnVerifier } from './verifier/simple-webauthn-verifier.ts'

/** A relying party: the site that passkeys belong to. */
export interface RelyingParty {
  /** The domain of the site: `example.com`. Passkeys work there and on its subdomains. It can never change. */
  readonly rpId: string
  /** The name of the site in the dialogs of authenticators. */
  readonly rpName: string
  /** The origins of the pages that use passkeys: `https://login.example.com`. Also apps: `android:apk-key-hash:…`. */
  readonly origins: readonly string[]
  /**
   * Origins of other domains whose pages use passkeys of this one. Mount `billfold.passkeys` at the root of
   * `https://{rpId}`, which serves them at `/.well-known/webauthn`. Default: none.
   */
  readonly relatedOrigins?: readonly string[]
  /** Origins of pages that may show such a page in a frame. Default: none. */
  readonly topOrigins?: readonly string[]
}

/** Options of {@link passkeys}. */
export interface PasskeysOptions extends RelyingParty {
  /** Relying parties of tenants; tenants that are not named have the one above. Default: none. */
  readonly tenants?: Readonly<Record<string, RelyingParty>>
  /** Default: {@link simpleWebAuthnVerifier}. */
  readonly verifier?: PasskeyVerifier
  /**
   * Whether authenticators must verify their user by fingerprint, face or PIN. Default: `required`. With `preferred`, a
   * passkey without verification still signs in, as one factor; to open keys it is always required.
   */
  readonly userVerification?: 'required' | 'preferred'
  /** Whether authenticators must prove their make. Default: `none`. */
  readonly attestation?: 'none' | { readonly type: 'direct'; readonly roots: readonly Uint8Array[] }
  /**
   * The makes that are allowed, as UUIDs in lower case. Without `attestation`, an authenticator can claim any. Default: all.
   */
  readonly allowedAaguids?: readonly string[]
  /** `pin`: a user's first signing method must be a PIN. `any`: it may be a passkey. Default: `pin`. */
  readonly firstMethod?: 'pin' | 'any'
}

/** The options with their defaults. */
export interface PasskeySettings {
  readonly relyingPartyOf: (tenant: string) => Required<RelyingParty>
  readonly verifier: PasskeyVerifier
  readonly userVerification: 'required' | 'preferred'
  readonly attestation: 'none' | 'direct'
  readonly attestationRoots: readonly Uint8Array[]
  readonly allowedAaguids: ReadonlySet<string> | undefined
  readonly firstMethod: 'pin' | 'any'
}

/** Resolves the options. @throws RangeError that names the option and its value */
export function resolveOptions(options: PasskeysOptions): PasskeySettings {
  const { attestation = 'none', allowedAaguids, tenants = {} } = options
  const standard = resolveRelyingParty(options)
  const byTenant = new Map(Object.entries(tenants).map(([tenant, party]) => [tenant, resolveRelyingParty(party)]))
  if (attestation !== 'none' && attestation.roots.length === 0)
    throw new RangeError('attestation.roots is empty, so no attestation could be trusted')
  return {
    relyingPartyOf: (tenant) => byTenant.get(tenant) ?? standard,
    verifier: options.verifier ?? simpleWebAuthnVerifier(),
    userVerification: options.userVerification ?? 'required',
    attestation: attestation === 'none' ? 'none' : 'direct',
    attestationRoots: attestation === 'none' ? [] : attestation.roots,
    allowedAaguids: allowedAaguids === undefined ? undefined : new Set(allowedAaguids),
    firstMethod: options.firstMethod ?? 'pin',
  }
}

function resolveRelyingParty({
  rpId,
  rpName,
  origins,
  relatedOrigins = [],
  topOrigins = [],
}: RelyingParty): Required<RelyingParty> {
  if (!/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(rpId))
    throw new RangeError(`rpId must be a domain in lower case: ${JSON.stringify(rpId)}`)
  if (rpName.trim() === '') throw new RangeError('rpName is empty')
  if (origins.length === 0) throw new RangeError('origins is empty, so passkeys could be used nowhere')
  for (const origin of origins) assertOrigin('origins', origin, rpId)
  for (const origin of relatedOrigins) assertOrigin('relatedOrigins', origin)
  for (const origin of topOrigins) assertOrigin('topOrigins', origin)
  return { rpId, rpName, origins, relatedOrigins, topOrigins }
}

/** Pages need TLS, except on the developer's own machine. */
function assertOrigin(option: string, origin: string, rpId?: string): void {
  if (rpId !== undefined && /^android:apk-key-hash:[A-Za-z0-9_-]{43}$/.test(origin)) return
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && url.hostname === 'localhost')
  if (url === undefined || url.origin !== origin || !isSecure)
    throw new RangeError(`${option} must be origins such as https://example.com: ${JSON.stringify(origin)}`)
  if (rpId !== undefined && url.hostname !== rpId && !url.hostname.endsWith(`.${rpId}`))
    throw new RangeError(`${option}: ${origin} is not on ${rpId}; name it in relatedOrigins`)
}
