import type { z } from 'zod'
import type { Disclosure } from '../../formats/sd-jwt/create-sd-jwt.ts'
import type { DatasetSource } from './dataset-source.ts'

/** A name of a credential type, an issuer or a claim, by language. */
export interface CredentialDisplay {
  readonly name: string
  /** BCP 47: `en`, `de-AT`. */
  readonly locale?: string
  readonly logo?: { readonly uri: string; readonly alt_text?: string }
  readonly description?: string
  readonly background_color?: string
  readonly text_color?: string
}

/** What SD-JWT credentials of a type are like. */
export interface SdJwtTypeOptions {
  /** The type (SD-JWT VC section 3.2.2.1): a URN, or an https URL. */
  readonly vct: string
  /** `all`: every claim, member and element can be withheld. `top-level`: whole claims. Default: `all`. */
  readonly disclosure?: Disclosure
}

/** What mdoc credentials of a type are like. */
export interface MdocTypeOptions<Claims> {
  readonly docType: string
  /** Returns the data elements by namespace. */
  readonly elements: (claims: Claims) => Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** Options of {@link credentialType}. */
export interface CredentialTypeOptions<Schema extends z.ZodObject> {
  /** 1 to 24 of `a-z`, `0-9` and hyphen. `credential_configuration_id` and scope are the id with the format: `identity.sd-jwt`. */
  readonly id: string
  /** The claims. What the output of the schema does not have is never issued. */
  readonly claims: Schema
  readonly sdJwt?: SdJwtTypeOptions
  readonly mdoc?: MdocTypeOptions<z.output<Schema>>
  readonly display?: readonly CredentialDisplay[]
  /** Names of top-level claims by language. */
  readonly labels?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** How many days an instance is valid; 1 to 3,650. Default: 14. */
  readonly days?: number
  /** For how many days a wallet gets new instances without the user; 0 to 366. Default: 0. */
  readonly refreshDays?: number
  /** How many instances a wallet may take at once, each bound to a key of its own; 1 to 20. Default: 1. */
  readonly batch?: number
  /** `list`: a status list says whether an instance is revoked. `none`: nothing does, so `days` is at most 1. Default: `list`. */
  readonly status?: 'list' | 'none'
  /** False if instances are never suspended: their status lists are half as large. Default: true. */
  readonly suspension?: boolean
  /** Where the claims come from. Without it they are given with each offer. */
  readonly from?: DatasetSource<z.input<Schema>>
}

/** The formats of credentials, as on the wire. */
export type CredentialFormat = 'dc+sd-jwt' | 'mso_mdoc'

/** One format of a type: a Credential Configuration (OpenID4VCI section 12.2.4). */
export interface CredentialConfiguration {
  /** `credential_configuration_id`, and the scope. */
  readonly id: string
  readonly format: CredentialFormat
  readonly type: AnyCredentialType
}

/** Validated claims, with nothing that the schema of the type does not have. */
export interface ParsedClaims {
  readonly values: Readonly<Record<string, unknown>>
  /** Converts them to the data elements of an mdoc, by namespace. */
  readonly toElements: () => Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** A credential type, independent of the type of its claims. */
export interface AnyCredentialType {
  readonly id: string
  readonly schema: z.ZodObject
  readonly sdJwt: Required<SdJwtTypeOptions> | undefined
  readonly docType: string | undefined
  /** Validates claims. @throws ZodError */
  readonly parseClaims: (input: unknown) => ParsedClaims
  readonly display: readonly CredentialDisplay[]
  readonly labels: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly days: number
  readonly refreshDays: number
  readonly batch: number
  readonly status: 'list' | 'none'
  readonly statusBits: 1 | 2
  readonly from: DatasetSource<unknown> | undefined
  readonly configurations: readonly CredentialConfiguration[]
}

/** A credential type, made by {@link credentialType}. `Claims` is what an offer takes: the input of the schema. */
export interface CredentialType<Claims = unknown> extends AnyCredentialType {
  /** The type of the claims; never has a value. */
  readonly claimsType?: Claims
}

/** Claims that the issuer sets by itself, which no type may have (SD-JWT VC section 3.2.2.2). */
const reservedClaims = ['iss', 'nbf', 'exp', 'iat', 'cnf', 'vct', 'vct#integrity', 'status', '_sd', '_sd_alg', '...']

/**
 * Defines a credential type.
 *
 * @param options the claims, the formats and the rules of the type
 * @throws RangeError that names the option and its value
 *
 * @example
 * ```ts
 * import { credentialType } from '@billfold/credentials'
 * import { object, string } from 'zod'
 *
 * const membership = credentialType({
 *   id: 'membership',
 *   claims: object({ given_name: string(), level: string() }),
 *   sdJwt: { vct: 'urn:example:membership:1' },
 *   display: [{ name: 'Membership', locale: 'en' }],
 * })
 * ```
 */
export function credentialType<Schema extends z.ZodObject>(
  options: CredentialTypeOptions<Schema>,
): CredentialType<z.input<Schema>> {
  assertTypeOptions(options)
  const { id, claims: schema, sdJwt, mdoc, display = [], labels = {}, suspension = true, from } = options
  const { days = 14, refreshDays = 0, batch = 1, status = 'list' } = options
  const configurations: CredentialConfiguration[] = []
  const type: AnyCredentialType = {
    id,
    schema,
    sdJwt: sdJwt === undefined ? undefined : { disclosure: 'all', ...sdJwt },
    docType: mdoc?.docType,
    parseClaims: (input) => {
      const claims = schema.parse(input)
      const values = Object.entries(claims).filter(([, value]) => value !== undefined)
      return { values: Object.fromEntries(values), toElements: () => mdoc?.elements(claims) ?? {} }
    },
    display,
    labels,
    days,
    refreshDays,
    batch,
    status,
    statusBits: suspension ? 2 : 1,
    from,
    configurations,
  }
  if (sdJwt !== undefined) configurations.push({ id: `${id}.sd-jwt`, format: 'dc+sd-jwt', type })
  if (mdoc !== undefined) configurations.push({ id: `${id}.mdoc`, format: 'mso_mdoc', type })
  return type
}

function assertTypeOptions<Schema extends z.ZodObject>(options: CredentialTypeOptions<Schema>): void {
  const { id, claims, sdJwt, mdoc, days = 14, refreshDays = 0, batch = 1, status = 'list' } = options
  const fail = (option: string, rule: string, value: unknown): never => {
    throw new RangeError(`credentialType ${JSON.stringify(id)}: ${option} ${rule}: ${JSON.stringify(value)}`)
  }
  if (!/^[a-z0-9][a-z0-9-]{0,23}$/.test(id)) fail('id', 'must be 1 to 24 of a-z, 0-9 and hyphen', id)
  if (sdJwt === undefined && mdoc === undefined) fail('sdJwt, mdoc', 'need one of the two', undefined)
  const reserved = reservedClaims.filter((name) => name in claims.shape)
  if (reserved.length > 0) fail('claims', 'must not have claims that the issuer sets', reserved)
  if (sdJwt !== undefined && (sdJwt.vct === '' || sdJwt.vct.length > 512))
    fail('sdJwt.vct', 'must have 1 to 512 characters', sdJwt.vct)
  if (mdoc !== undefined && (mdoc.docType === '' || mdoc.docType.length > 512))
    fail('mdoc.docType', 'must have 1 to 512 characters', mdoc.docType)
  assertWhole('days', days, 1, 3650, fail)
  assertWhole('refreshDays', refreshDays, 0, 366, fail)
  assertWhole('batch', batch, 1, 20, fail)
  if (status === 'none' && days > 1) fail('days', 'must be 1 where the status is "none"', days)
}

function assertWhole(
  option: string,
  value: number,
  min: number,
  max: number,
  fail: (option: string, rule: string, value: unknown) => never,
): void {
  if (!Number.isInteger(value) || value < min || value > max)
    fail(option, `must be an integer from ${min} to ${max}`, value)
}
