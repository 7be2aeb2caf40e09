import type { Actor, ModuleContext, Services } from '@billfold/core/modules'
import type { Profile } from '../options.ts'
import type { CredentialSigner } from '../trust/credential-signer.ts'
import { assertSignerChain, leafOf, withKeyCheck } from '../trust/signer-key.ts'
import type { TrustList } from '../trust/trust-list.ts'
import type { Authorize } from './oauth/authorize-option.ts'
import { signerJwk } from './metadata/signer-jwk.ts'
import type { IssuerOptions, WalletClient } from './options.ts'
import { createServerNonces, type ServerNonces } from './oauth/server-nonces.ts'
import type { AnyCredentialType, CredentialConfiguration, CredentialDisplay } from './types/credential-type.ts'

/** The options of the issuer, validated and with defaults applied. */
export interface IssuerSettings {
  readonly publicUrl: string
  readonly profile: Profile
  readonly types: ReadonlyMap<string, AnyCredentialType>
  readonly configurations: ReadonlyMap<string, CredentialConfiguration>
  readonly signers: readonly [CredentialSigner, ...CredentialSigner[]]
  readonly display: readonly CredentialDisplay[]
  readonly authorize: Authorize | undefined
  readonly walletProviders: TrustList | undefined
  readonly keyAttestation: TrustList | undefined
  readonly clients: ReadonlyMap<string, WalletClient>
  readonly dpop: 'required' | 'nonce'
  readonly bearerTokens: boolean
  /**
   * The id of the key that signs, if `iss` is written into credentials: only where the certificate of the signer names the issuer.
   * Verifiers that take the issuer's keys from its metadata find the one among several by it.
   */
  readonly namedKeyId: string | undefined
  /** Whether a credential with `iss` may be in use: the certificate of any signer names the issuer. */
  readonly isNamedBySigner: boolean
}

/** What the functions of the issuer work with. */
export interface IssuerContext {
  readonly services: Services
  readonly settings: IssuerSettings
  /** The tenant of the issuer. */
  readonly tenant: string
  readonly host: (tenant?: string) => Actor
  /** Nonces for DPoP proofs and key proofs. */
  readonly nonces: ServerNonces
}

/** Creates the context. @throws RangeError that names the option and its value */
export function createIssuerContext(
  { services, tenant, host }: ModuleContext,
  options: IssuerOptions,
  profile: Profile,
): IssuerContext {
  return {
    services,
    settings: toIssuerSettings(options, profile),
    tenant,
    host,
    nonces: createServerNonces(services, tenant),
  }
}

/** Validates the options. @throws RangeError that names the option and its value */
export function toIssuerSettings(options: IssuerOptions, profile: Profile): IssuerSettings {
  const { publicUrl, types, signer, display = [], clients = [], dpop = 'required', bearerTokens = false } = options
  assertPublicUrl('issuer.publicUrl', publicUrl)
  if (types.length === 0 || types.length > 50) throw new RangeError(`issuer.types must be 1 to 50: ${types.length}`)
  const signers = isList(signer) ? signer : [signer]
  const [first, ...others] = signers
  if (first === undefined) throw new RangeError('issuer.signer must have at least one signer')
  for (const [index, one] of signers.entries()) assertSignerChain(`credentials.issuer.signer[${index}]`, one)
  const configurations = types.flatMap((type) => type.configurations)
  const byId = new Map(types.map((type) => [type.id, type]))
  if (byId.size !== types.length) throw new RangeError('issuer.types must have distinct ids')
  if (profile === 'haip' && (bearerTokens || clients.length > 0))
    throw new RangeError('issuer.bearerTokens, issuer.clients: not in the profile "haip"')
  if (profile === 'haip' && options.walletProviders === undefined)
    throw new RangeError('issuer.walletProviders: required in the profile "haip"')
  return {
    publicUrl,
    profile,
    types: byId,
    configurations: new Map(configurations.map((one) => [one.id, one])),
    signers: [withKeyCheck(first), ...others.map(withKeyCheck)],
    display,
    authorize: options.authorize,
    walletProviders: options.walletProviders,
    keyAttestation: options.keyAttestation,
    clients: new Map(clients.map((client) => [client.clientId, client])),
    dpop,
    bearerTokens,
    namedKeyId: namesIssuer(first, publicUrl) ? signerJwk(first).kid : undefined,
    isNamedBySigner: signers.some((one) => namesIssuer(one, publicUrl)),
  }
}

function isList(signer: IssuerOptions['signer']): signer is readonly CredentialSigner[] {
  return Array.isArray(signer)
}

/** SD-JWT VC section 3.5: with `x5c`, `iss` must be a URI in the subject alternative names of the leaf. */
function namesIssuer(signer: CredentialSigner, publicUrl: string): boolean {
  const names = leafOf(signer).subjectAltName ?? ''
  return names.split(', ').includes(`URI:${publicUrl}`)
}

/** @throws RangeError unless it is https (http for loopback) without query, fragment and trailing slash */
export function assertPublicUrl(option: string, publicUrl: string): void {
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined
  const isLoopback = url !== undefined && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)
  const path = url?.pathname ?? ''
  const isCanonical = url !== undefined && publicUrl === `${url.origin}${path === '/' ? '' : path}`
  if (!isSecure || !isCanonical || (path !== '/' && !/^(?:\/[A-Za-z0-9._~-]+)+$/.test(path)))
    throw new RangeError(
      `${option} must be https (http for loopback), in lower case, without query, fragment and trailing slash: ${JSON.stringify(publicUrl)}`,
    )
}
