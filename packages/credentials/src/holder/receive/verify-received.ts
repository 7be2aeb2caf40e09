import { X509Certificate } from 'node:crypto'
import type { ClaimPath } from '../../formats/claim-path.ts'
import { isJsonObject, type JsonObject } from '../../formats/json.ts'
import type { EcJwk } from '../../formats/keys.ts'
import { verifyIssuerSigned } from '../../formats/mdoc/issuer-signed.ts'
import { Refusal } from '../../formats/refusal.ts'
import { verifySdJwt } from '../../formats/sd-jwt/verify-sd-jwt.ts'
import { parseX5c, verifyPath } from '../../trust/index.ts'
import type { HolderContext } from '../settings.ts'
import { listAlwaysDisclosed, technicalClaims } from './always-disclosed.ts'
import type { OfferedConfiguration } from './offer-schema.ts'

/** A credential whose signature, chain, key, type and times are right. */
export interface VerifiedCredential {
  readonly format: 'dc+sd-jwt' | 'mso_mdoc'
  readonly type: string
  /** Claims; of an mdoc by namespace. */
  readonly claims: JsonObject
  /** The place of each claim that can be withheld. */
  readonly disclosable: readonly ClaimPath[]
  /** Names of claims that cannot be withheld. */
  readonly always: readonly string[]
  /** The name of the trust anchor, if it has one. */
  readonly anchor: string | undefined
  /** In epoch milliseconds. */
  readonly validUntil: number
}

const yearMs = 366 * 24 * 60 * 60 * 1000

/**
 * Verifies a received credential against what was offered and the key that was proven.
 * @throws Refusal
 */
export async function verifyReceived(
  context: HolderContext,
  text: string,
  configuration: OfferedConfiguration,
  key: EcJwk,
): Promise<VerifiedCredential> {
  const verified =
    configuration.format === 'mso_mdoc'
      ? await verifyMdoc(context, text, configuration, key)
      : await verifySdJwtVc(context, text, configuration, key)
  assertOfferedClaims(verified, configuration)
  return verified
}

async function verifySdJwtVc(
  { services, settings }: HolderContext,
  text: string,
  { vct }: OfferedConfiguration,
  key: EcJwk,
): Promise<VerifiedCredential> {
  const now = services.now()
  let anchor: string | undefined
  const verified = await verifySdJwt(text, {
    now,
    resolveKey: async ({ x5c }) => {
      const path = await verifyPath(settings.issuers, { chain: parseX5c(x5c), purpose: 'issuer', type: vct, now })
      anchor = path.anchor.name
      return path.leaf.publicKey
    },
  })
  if (verified.vct !== vct) throw new Refusal('credential.type', 'another type than offered')
  if (verified.keyBinding !== undefined) throw new Refusal('credential.malformed', 'a presentation was issued')
  const { cnf, exp } = verified.payload
  if (!isSameKey(isJsonObject(cnf) ? cnf['jwk'] : undefined, key))
    throw new Refusal('holder-binding.missing', 'bound to another key')
  const attributes = Object.entries(verified.claims).filter(([name]) => !technicalClaims.has(name))
  return {
    format: 'dc+sd-jwt',
    type: verified.vct,
    claims: Object.fromEntries(attributes),
    disclosable: verified.disclosed,
    always: listAlwaysDisclosed(verified.payload),
    anchor,
    validUntil: typeof exp === 'number' ? exp * 1000 : now + yearMs,
  }
}

async function verifyMdoc(
  { services, settings }: HolderContext,
  text: string,
  { doctype }: OfferedConfiguration,
  key: EcJwk,
): Promise<VerifiedCredential> {
  const now = services.now()
  let anchor: string | undefined
  const verified = await verifyIssuerSigned(text, {
    now,
    resolvePath: async (chain) => {
      const path = await verifyPath(settings.issuers, { chain, purpose: 'issuer', type: doctype, now })
      anchor = path.anchor.name
      return path.leaf
    },
  })
  if (verified.docType !== doctype) throw new Refusal('mdoc.doctype', 'another type than offered')
  if (!isSameKey(verified.holderKey.export({ format: 'jwk' }), key))
    throw new Refusal('holder-binding.missing', 'bound to another key')
  const disclosable = Object.entries(verified.claims).flatMap(([nameSpace, elements]) =>
    Object.keys(elements).map((element) => [nameSpace, element]),
  )
  const { docType: type, claims, validity } = verified
  return { format: 'mso_mdoc', type, claims, disclosable, always: [], anchor, validUntil: validity.validUntil }
}

function isSameKey(value: unknown, { x, y }: EcJwk): boolean {
  return (
    isJsonObject(value) && value['kty'] === 'EC' && value['crv'] === 'P-256' && value['x'] === x && value['y'] === y
  )
}

/** Where the metadata list claims, nothing else is accepted: it was not shown to the user. */
function assertOfferedClaims(
  { format, claims }: VerifiedCredential,
  { credential_metadata: metadata }: OfferedConfiguration,
): void {
  if (metadata?.claims === undefined || format !== 'dc+sd-jwt') return
  const offered = new Set(metadata.claims.map(({ path: [first] }) => first))
  const unknown = Object.keys(claims).filter((name) => !offered.has(name))
  if (unknown.length > 0) throw new Refusal('credential.type', 'claims that were not offered')
}

/** Reads a stored credential again: its values, for the user. The trust in its issuer was decided when it came. */
export async function readStored(format: string, text: string): Promise<JsonObject> {
  const skewSeconds = 100 * 366 * 24 * 60 * 60
  if (format === 'mso_mdoc') {
    const resolvePath = ([leaf]: readonly Uint8Array[]) => new X509Certificate(leaf ?? new Uint8Array())
    return (await verifyIssuerSigned(text, { now: Date.now(), skewSeconds, resolvePath })).claims
  }
  const resolveKey = ({ x5c }: JsonObject) => new X509Certificate(parseX5c(x5c)[0] ?? new Uint8Array()).publicKey
  const { claims } = await verifySdJwt(text, { now: Date.now(), skewSeconds, resolveKey })
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !technicalClaims.has(name)))
}
