import { setImmediate } from 'node:timers/promises'
import { isMoreThanRequested, isQuerySatisfied } from '../../dcql/match-credential.ts'
import { selectClaims } from '../../dcql/select-claims.ts'
import { isJsonObject, toJsonValue } from '../../formats/json.ts'
import { Refusal } from '../../formats/refusal.ts'
import { statusValues } from '../../formats/status-list/status-list.ts'
import type { VerifierContext } from '../context.ts'
import type { VerifierSettings } from '../options.ts'
import type { RequestBody } from '../requests/request-body.ts'
import type { VerifiedCredential } from '../results/presentation-result.ts'
import { type PresentedCredential, verifyCredential } from './verify-credential.ts'

const maxPresentations = 20

/**
 * Verifies a `vp_token` against its request (OpenID4VP 1.0 section 8.6): all presentations or none.
 * @throws Refusal
 */
export async function verifyPresentations(
  context: VerifierContext,
  body: RequestBody,
  vpToken: unknown,
): Promise<readonly VerifiedCredential[]> {
  const { services, settings } = context
  const now = services.now()
  const verified: { readonly id: string; readonly credential: PresentedCredential }[] = []
  for (const { id, text } of listPresentations(body, vpToken, settings.overDisclosure)) {
    const query = body.dcql.credentials.find((one) => one.id === id)
    if (query === undefined) throw new Refusal('response.malformed', 'an answer to nothing that was asked')
    // One turn of the event loop each: twenty presentations are 60 ms of work.
    if (verified.length > 0) await setImmediate()
    verified.push({ id, credential: await verifyCredential(text, { settings, body, query, now }) })
  }
  // The status lists are other parties' servers, so they are asked only about what is right otherwise.
  for (const { credential } of verified) await assertStatus(context, credential)
  return verified.map(({ id, credential }) => toVerifiedCredential(body, id, credential))
}

function listPresentations(
  body: RequestBody,
  vpToken: unknown,
  overDisclosure: VerifierSettings['overDisclosure'],
): readonly { readonly id: string; readonly text: string }[] {
  if (!isJsonObject(vpToken)) throw new Refusal('response.malformed', 'vp_token is no object')
  const ids = new Set(Object.keys(vpToken))
  if (!isQuerySatisfied(body.dcql, ids)) throw new Refusal('query.missing', 'the credentials do not satisfy the query')
  if (overDisclosure === 'refuse' && isMoreThanRequested(body.dcql, ids))
    throw new Refusal('query.over-disclosed', 'more credentials than were asked for')
  const presentations = Object.entries(vpToken).flatMap(([id, list]) => {
    const query = body.dcql.credentials.find((one) => one.id === id)
    if (!Array.isArray(list) || list.length === 0 || (list.length > 1 && query?.multiple !== true))
      throw new Refusal('response.malformed', 'one presentation in an array is expected')
    return list.map((text: unknown) => {
      if (typeof text !== 'string') throw new Refusal('response.malformed', 'a presentation is not text')
      return { id, text }
    })
  })
  if (presentations.length > maxPresentations) throw new Refusal('response.malformed', 'too many presentations')
  return presentations
}

async function assertStatus(
  { statusLists, settings }: VerifierContext,
  { status, type }: PresentedCredential,
): Promise<void> {
  if (status === undefined) return
  try {
    const value = await statusLists.statusOf({ ...status, type })
    if (value === statusValues.suspended) throw new Refusal('credential.suspended', 'it is suspended')
    if (value !== statusValues.valid) throw new Refusal('credential.revoked', 'its status is not valid')
  } catch (error) {
    const isUnavailable = error instanceof Refusal && error.code === 'status.unavailable'
    if (!isUnavailable || settings.statusUnavailable === 'refuse') throw error
  }
}

function toVerifiedCredential(body: RequestBody, id: string, presented: PresentedCredential): VerifiedCredential {
  const { type, claims, path, validUntil } = presented
  const query = body.dcql.credentials.find((one) => one.id === id)
  const paths = Object.entries(body.attributes[id] ?? {})
  const attributes = paths.flatMap(([name, claimPath]) => {
    const selected = selectClaims(claims, claimPath).map(({ value }) => value)
    if (selected.length === 0) return []
    // Null in a path selects many: the attribute is their list.
    return [[name, toJsonValue(claimPath.includes(null) ? selected : selected[0])] as const]
  })
  return {
    id,
    format: query?.format ?? 'dc+sd-jwt',
    type,
    issuer: path.leaf.subject.replaceAll('\n', ', '),
    anchor: path.anchor.name ?? path.anchor.certificate.subject.replaceAll('\n', ', '),
    validUntil: validUntil ?? null,
    attributes: Object.fromEntries(attributes),
  }
}
