import { newId } from '@billfold/core'
import { timingSafeEqual } from '@billfold/core/crypto'
import { auditWrite, authorizeAct, eventWrites, loadMasterSecret, methodUnchanged } from '@billfold/core/modules'
import { batch, insert, isCommitError, retryOnConflict, update, type Write } from '@billfold/core/storage'
import { chooseClaims } from '../../dcql/match-credential.ts'
import { createDeviceResponse } from '../../formats/mdoc/device-response.ts'
import { openid4vpTranscript } from '../../formats/mdoc/session-transcript.ts'
import { createKeyBinding } from '../../formats/sd-jwt/key-binding.ts'
import { retainDisclosures } from '../../formats/sd-jwt/select-disclosures.ts'
import { holderError } from '../holder-error.ts'
import type { ProvenUser } from '../receive/accept-offer.ts'
import { renewIfLow } from '../receive/renew-credential.ts'
import { readStored } from '../receive/verify-received.ts'
import { deriveInstanceKey } from '../secrets/derive-key.ts'
import { type HolderSecret, loadSecret, openInstance } from '../secrets/holder-secrets.ts'
import type { HolderContext } from '../settings.ts'
import { type HeldInstanceRow, heldInstances, presentationLog, receivedRequests } from '../tables.ts'
import { getOpenRequest, type PreparedConsent, prepareConsent, type PresentationChoice } from './consent.ts'
import { type LogOutcome, sealedEntries } from './presentation-log.ts'
import { sealedRequests } from './request-schema.ts'
import { encryptResponse, findResponseKey, postResponse, type ResponseKey } from './send-response.ts'

/** What the user agreed to. */
export interface PresentInput {
  readonly choice: PresentationChoice
  /** The hash that `consent` gave for it. */
  readonly consent: string
  /** True to use an instance again that was shown before, if there is no other: verifiers can then recognize it. */
  readonly reuse?: boolean
}

/** Where the user goes on, or the response for the Digital Credentials API. */
export interface Presented {
  readonly redirectUri?: string
  readonly response?: { readonly protocol: string; readonly data: object }
}

/**
 * Presents credentials with a signing method of their user. Each instance is taken in a commit before it is signed, so it is shown once.
 * @throws BillfoldError `request.not-found`, `consent.changed`, `presentation.unsatisfiable`, `verifier.unreachable`, `verifier.refused`,
 *   those of `authorizeAct`
 */
export async function present(
  context: HolderContext,
  user: ProvenUser,
  requestId: string,
  { choice, consent, reuse = false }: PresentInput,
): Promise<Presented> {
  const prepared = await prepareConsent(context, user.userId, requestId, choice)
  if (!timingSafeEqual(prepared.consent, consent)) throw holderError('consent.changed')
  const key = findResponseKey(prepared.stored.request)
  const taken = await takeInstances(context, user, prepared, reuse)
  let presentations: Readonly<Record<string, readonly string[]>>
  try {
    presentations = await sign(context, user, prepared, taken, key)
  } catch (error) {
    // Nothing was sent: the instances are as they were.
    await settle(context, user, prepared, taken, 'held', 'failed')
    throw error
  }
  const presented = await send(context, user, prepared, { taken, presentations, key })
  for (const { credential } of prepared.chosen) await renewIfLow(context, user, credential)
  return presented
}

/** Declines a request: `access_denied`, whatever the reason is (OpenID4VP 1.0 section 8.5). */
export async function declineRequest(context: HolderContext, userId: string, requestId: string): Promise<void> {
  const { services } = context
  const row = await getOpenRequest(context, userId, requestId)
  const { request } = await sealedRequests.open(services, row, row.sealedRequest)
  const where = { id: row.id, state: 'resolved' }
  try {
    await services.storage.commit(batch(update(receivedRequests, { where, set: { state: 'declined', slot: null } })))
  } catch (error) {
    if (isCommitError(error)) throw holderError('request.not-found')
    throw error
  }
  const { response_uri: url, state } = request
  if (url === undefined) return
  try {
    await postResponse(context, url, { error: 'access_denied', ...(state !== undefined && { state }) })
  } catch (error) {
    services.logger.warn({ error }, 'a verifier did not receive the refusal of its request')
  }
}

/** Takes an instance for each credential, in one commit that also moves the request: of several answers at once, one goes on. */
async function takeInstances(
  context: HolderContext,
  { actor, authorized, userId }: ProvenUser,
  { row, chosen, stored, consent }: PreparedConsent,
  reuse: boolean,
): Promise<readonly HeldInstanceRow[]> {
  const { services } = context
  return retryOnConflict(async () => {
    await getOpenRequest(context, userId, row.id)
    const taken: HeldInstanceRow[] = []
    for (const { credential } of chosen) {
      const used = new Set(taken.map(({ id }) => id))
      const instance = await findInstance(context, credential.id, used, reuse || credential.use === 'any')
      if (instance === undefined)
        throw holderError('presentation.unsatisfiable', { message: 'Every instance was shown before' })
      taken.push(instance)
    }
    const counted = await authorizeAct(services, () => ({
      kind: 'credential-present',
      actor,
      userId,
      method: { id: authorized.row.id, type: authorized.row.type },
      counterparty: stored.verifier.id,
      // Over the verifier, its nonce and every claim: an approval is good for this presentation only.
      content: consent,
    }))
    const set = { state: 'taken', requestId: row.id }
    await services.storage.commit(
      batch(
        update(receivedRequests, {
          where: { id: row.id, state: 'resolved' },
          set: { state: 'answering', slot: null },
        }),
        methodUnchanged(authorized),
        ...taken.map(({ id, state }) => update(heldInstances, { where: { id, state }, set })),
        ...counted,
      ),
    )
    return taken
  })
}

async function findInstance(
  { services }: HolderContext,
  credentialId: string,
  used: ReadonlySet<string>,
  mayBeShown: boolean,
): Promise<HeldInstanceRow | undefined> {
  const states = mayBeShown ? ['held', 'shown'] : ['held']
  for (const state of states) {
    const rows = await services.storage.find(heldInstances, { where: { credentialId, state }, limit: 32 })
    const found = rows.find(({ id }) => !used.has(id))
    if (found !== undefined) return found
  }
  return undefined
}

/** Signs a presentation for each query. */
function sign(
  context: HolderContext,
  { authorized }: ProvenUser,
  prepared: PreparedConsent,
  taken: readonly HeldInstanceRow[],
  key: ResponseKey | undefined,
): Promise<Readonly<Record<string, readonly string[]>>> {
  return retryOnConflict(async () => {
    const { secret: master } = await loadMasterSecret(context.services, authorized)
    const secrets = new Map<string, HolderSecret>()
    const signed: Record<string, readonly string[]> = {}
    for (const [at, { query }] of prepared.chosen.entries()) {
      const instance = taken[at]
      if (instance === undefined) throw holderError('presentation.unsatisfiable')
      const secret = secrets.get(instance.secretId) ?? (await loadSecret(context, instance.secretId, master))
      secrets.set(instance.secretId, secret)
      signed[query.id] = [await signOne(context, prepared, at, { instance, secret, key })]
    }
    return signed
  })
}

async function signOne(
  { services }: HolderContext,
  { stored, chosen }: PreparedConsent,
  at: number,
  input: { readonly instance: HeldInstanceRow; readonly secret: HolderSecret; readonly key: ResponseKey | undefined },
): Promise<string> {
  const { instance, secret, key } = input
  const one = chosen[at]
  if (one === undefined) throw holderError('presentation.unsatisfiable')
  const { query, claims, credential } = one
  const text = openInstance(secret.boxKey, instance, instance.sealedCredential)
  // A value that does not match looks like a refusal to the verifier (OpenID4VP 1.0 section 15.4.1).
  if (chooseClaims(query, { claims: await readStored(credential.format, text) }) === undefined)
    throw holderError('presentation.unsatisfiable')
  const holderKey = deriveInstanceKey(secret.root, instance.id)
  const { nonce, client_id: clientId, response_uri: responseUri = '' } = stored.request
  const { origin } = stored
  if (query.format === 'mso_mdoc') {
    const jwkThumbprint = key === undefined ? undefined : Buffer.from(key.thumbprint, 'base64url')
    const transcript = openid4vpTranscript(
      origin === undefined ? { clientId, nonce, jwkThumbprint, responseUri } : { origin, nonce, jwkThumbprint },
    )
    const elements = claims.map(([nameSpace, element]) => [String(nameSpace), String(element)] as const)
    return createDeviceResponse(text, { elements, transcript, key: holderKey })
  }
  const transactionData = stored.transactionData
    .filter(({ credentialIds }) => credentialIds.includes(query.id))
    .map(({ encoded }) => encoded)
  return createKeyBinding(retainDisclosures(text, claims), {
    key: holderKey,
    nonce,
    audience: origin === undefined ? clientId : `origin:${origin}`,
    issuedAt: Math.floor(services.now() / 1000),
    transactionData,
  })
}

interface SignedPresentations {
  readonly taken: readonly HeldInstanceRow[]
  readonly presentations: Readonly<Record<string, readonly string[]>>
  readonly key: ResponseKey | undefined
}

async function send(
  context: HolderContext,
  user: ProvenUser,
  prepared: PreparedConsent,
  { taken, presentations, key }: SignedPresentations,
): Promise<Presented> {
  const { response_uri: url, state } = prepared.stored.request
  const body = { vp_token: presentations, ...(state !== undefined && { state }) }
  const encrypted = key === undefined ? undefined : await encryptResponse(key, body)
  if (prepared.stored.origin !== undefined) {
    await settle(context, user, prepared, taken, 'shown', 'answered')
    const data = encrypted === undefined ? body : { response: encrypted }
    return { response: { protocol: 'openid4vp-v1-signed', data } }
  }
  const form =
    encrypted === undefined
      ? { vp_token: JSON.stringify(presentations), ...(state !== undefined && { state }) }
      : { response: encrypted }
  try {
    const presented = await postResponse(context, url ?? '', form)
    await settle(context, user, prepared, taken, 'shown', 'answered')
    return presented
  } catch (error) {
    // Whether it arrived is not known, so it counts as shown.
    await settle(context, user, prepared, taken, 'shown', 'failed')
    throw error
  }
}

/** Ends a request: the instances, the log, the audit trail. */
async function settle(
  context: HolderContext,
  { actor, userId }: ProvenUser,
  { row, stored, disclosed }: PreparedConsent,
  taken: readonly HeldInstanceRow[],
  instances: 'held' | 'shown',
  outcome: LogOutcome,
): Promise<void> {
  const { services, tenant } = context
  const now = services.now()
  const key = { id: newId(), tenant }
  const entry = { verifier: stored.verifier, requestId: row.id, outcome, disclosed: disclosed.map(toEntry) }
  const isSent = instances === 'shown'
  const log: readonly Write[] = isSent
    ? [
        insert(presentationLog, {
          ...key,
          userId,
          sealedEntry: await sealedEntries.seal(services, key, entry),
          createdAt: now,
        }),
        auditWrite(actor, 'credential.presented', row.id, now, { userId, outcome }),
        ...eventWrites(services, tenant, 'credential.presented', { requestId: row.id, userId, outcome }),
      ]
    : []
  await services.storage.commit(
    batch(
      update(receivedRequests, { where: { id: row.id, state: 'answering' }, set: { state: outcome } }),
      ...taken.map(({ id, state }) =>
        update(heldInstances, {
          where: { id, state: 'taken', requestId: row.id },
          set: { state: isSent ? 'shown' : state, requestId: null },
        }),
      ),
      ...log,
    ),
  )
}

function toEntry({ credential, claims, always }: PreparedConsent['disclosed'][number]) {
  return { credential, claims: [...claims.map((path) => [...path]), ...always.map((name) => [name])] }
}
