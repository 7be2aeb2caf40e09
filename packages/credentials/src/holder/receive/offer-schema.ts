import { z } from 'zod'
import { holderError } from '../holder-error.ts'
import { preAuthorizedGrant } from '../../issuer/offers/offer-object.ts'

const url = z.url({ protocol: /^https?$/ }).max(2048)
const display = z.looseObject({
  name: z.string().max(512).optional(),
  locale: z.string().max(32).optional(),
})

/** A Credential Offer (OpenID4VCI section 4.1.1). */
export const offerSchema = z.object({
  credential_issuer: url,
  credential_configuration_ids: z.array(z.string().max(256)).min(1).max(100),
  grants: z
    .object({
      [preAuthorizedGrant]: z
        .object({
          'pre-authorized_code': z.string().min(1).max(4096),
          tx_code: z
            .object({
              length: z.int().optional(),
              input_mode: z.enum(['numeric', 'text']).optional(),
              description: z.string().max(300).optional(),
            })
            .optional(),
          authorization_server: url.optional(),
        })
        .optional(),
      authorization_code: z
        .object({ issuer_state: z.string().max(4096).optional(), authorization_server: url.optional() })
        .optional(),
    })
    .default({}),
})

/** A parsed offer. */
export type ReceivedOffer = z.output<typeof offerSchema>

const configurationSchema = z.object({
  format: z.string().max(64),
  scope: z.string().max(256).optional(),
  vct: z.string().max(512).optional(),
  doctype: z.string().max(512).optional(),
  proof_types_supported: z
    .record(
      z.string().max(64),
      z.looseObject({
        proof_signing_alg_values_supported: z.array(z.string().max(64)).max(64).optional(),
        key_attestations_required: z.unknown().optional(),
      }),
    )
    .optional(),
  credential_metadata: z
    .object({
      display: z.array(display).max(32).optional(),
      claims: z
        .array(
          z.looseObject({
            path: z
              .array(z.union([z.string().max(256), z.int(), z.null()]))
              .min(1)
              .max(16),
          }),
        )
        .max(500)
        .optional(),
    })
    .optional(),
})

/** A Credential Configuration of an issuer. */
export type OfferedConfiguration = z.output<typeof configurationSchema>

const encryption = z.looseObject({ encryption_required: z.boolean().optional() }).optional()

/** The metadata of an issuer (OpenID4VCI section 12.2.4), as far as a wallet needs them. */
export const issuerMetadataSchema = z.object({
  credential_issuer: url,
  credential_endpoint: url,
  nonce_endpoint: url.optional(),
  deferred_credential_endpoint: url.optional(),
  notification_endpoint: url.optional(),
  authorization_servers: z.array(url).min(1).max(8).optional(),
  credential_request_encryption: encryption,
  credential_response_encryption: encryption,
  batch_credential_issuance: z.object({ batch_size: z.int().min(1) }).optional(),
  display: z.array(display).max(32).optional(),
  credential_configurations_supported: z.record(z.string().max(256), z.unknown()),
})

/** The metadata of an authorization server (RFC 8414), as far as a wallet needs them. */
export const serverMetadataSchema = z.object({
  issuer: url,
  token_endpoint: url,
  authorization_endpoint: url.optional(),
  pushed_authorization_request_endpoint: url.optional(),
  token_endpoint_auth_methods_supported: z.array(z.string().max(64)).max(32).optional(),
})

/** What is known of an offer and its issuer, as it is stored. */
export const resolvedOfferSchema = z.object({
  offer: offerSchema,
  issuer: issuerMetadataSchema.omit({ credential_configurations_supported: true }),
  server: serverMetadataSchema,
  configurations: z.record(z.string(), configurationSchema),
  trusted: z.boolean(),
  /** The name of the trust anchor or of the certificate, or the host. */
  name: z.string(),
  /** What the issuer calls itself. */
  claimedName: z.string().optional(),
})

/** A resolved offer. */
export type ResolvedOffer = z.output<typeof resolvedOfferSchema>

/**
 * Parses the configurations that are offered, and leaves out those of other formats and those whose keys this wallet cannot prove: a
 * code would be used up for nothing.
 * @throws BillfoldError `held-offer.unsupported`
 */
export function parseConfigurations(
  ids: readonly string[],
  supported: Readonly<Record<string, unknown>>,
): Readonly<Record<string, OfferedConfiguration>> {
  const parsed = ids.flatMap((id) => {
    const result = Object.hasOwn(supported, id) ? configurationSchema.safeParse(supported[id]) : undefined
    if (result?.success !== true) return []
    const { format, vct, doctype } = result.data
    const isKnown = (format === 'dc+sd-jwt' && vct !== undefined) || (format === 'mso_mdoc' && doctype !== undefined)
    return isKnown ? [[id, result.data] as const] : []
  })
  if (parsed.length === 0) throw holderError('held-offer.unsupported', { message: 'No offered format is supported' })
  const provable = parsed.filter(([, configuration]) => isProvable(configuration))
  if (provable.length === 0)
    throw holderError('held-offer.unsupported', {
      message: 'The issuer requires key proofs that this wallet cannot make',
    })
  return Object.fromEntries(provable)
}

/** This wallet proves its keys by JWTs with ES256, and nobody attests them (OpenID4VCI section 12.2.4 and appendix F). */
function isProvable({ proof_types_supported: types }: OfferedConfiguration): boolean {
  if (types === undefined) return true
  const { jwt } = types
  if (jwt === undefined || jwt.key_attestations_required !== undefined) return false
  return jwt.proof_signing_alg_values_supported?.includes('ES256') ?? true
}

/** Refuses an issuer that takes or gives encrypted messages only (OpenID4VCI section 10). @throws BillfoldError `held-offer.unsupported` */
export function assertPlainMessages({
  credential_request_encryption: request,
  credential_response_encryption: response,
}: Pick<
  z.output<typeof issuerMetadataSchema>,
  'credential_request_encryption' | 'credential_response_encryption'
>): void {
  if (request?.encryption_required === true || response?.encryption_required === true)
    throw holderError('held-offer.unsupported', { message: 'The issuer requires encrypted requests or replies' })
}
