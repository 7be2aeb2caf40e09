import { newId } from '@billfold/core'
import { z } from 'zod'
import { Refusal } from '../../formats/refusal.ts'
import { preAuthorizedGrant } from '../../issuer/offers/offer-object.ts'
import { holderError } from '../holder-error.ts'
import { deriveInstanceKey } from '../secrets/derive-key.ts'
import type { HolderSecret } from '../secrets/holder-secrets.ts'
import type { HolderContext } from '../settings.ts'
import { parseReply } from './fetch-json.ts'
import { type IssuanceKeys, signKeyProof } from './issuance-keys.ts'
import { errorOf, fetchNonce, type IssuanceTokens, postWithToken, refusedBy } from './issuer-client.ts'
import type { ResolvedOffer } from './offer-schema.ts'
import type { ReceivedCredential, ReceivedInstance } from './store-credential.ts'
import { type VerifiedCredential, verifyReceived } from './verify-received.ts'

const maxBatch = 20

/** The reply for a credential: it is there, or comes later (OpenID4VCI section 8.3). */
export const credentialReply = z.union([
  z.object({
    credentials: z
      .array(z.object({ credential: z.string().max(1024 * 1024) }))
      .min(1)
      .max(maxBatch),
    notification_id: z.string().max(1024).optional(),
  }),
  z.object({ transaction_id: z.string().min(1).max(1024), interval: z.number().min(0).optional() }),
])

/** A credential that comes later: what is asked for again, and the keys that it will be bound to. */
export interface WaitedCredential {
  readonly configuration: string
  readonly transactionId: string
  readonly instances: readonly { readonly id: string; readonly publicKey: { readonly x: string; readonly y: string } }[]
  readonly intervalSeconds: number
}

/** What came, and what comes later. */
export type CredentialOutcome =
  | { readonly kind: 'received'; readonly credential: ReceivedCredential; readonly notificationId: string | undefined }
  | { readonly kind: 'later'; readonly waited: WaitedCredential }

/** What one issuance works with. */
export interface Issuance {
  readonly resolved: ResolvedOffer
  readonly tokens: IssuanceTokens
  readonly keys: IssuanceKeys
}

/**
 * Requests the credential of a configuration: as many instances as the issuer allows, twenty at most, each with a key that is derived
 * from the secret.
 * @throws BillfoldError `issuer.unreachable`, `issuer.refused`
 */
export async function requestInstances(
  context: HolderContext,
  issuance: Issuance,
  configuration: string,
  secret: HolderSecret,
): Promise<CredentialOutcome> {
  const { resolved, tokens, keys } = issuance
  const { issuer, offer } = resolved
  const clientId = offer.grants[preAuthorizedGrant] === undefined ? context.settings.clientId : undefined
  const count = Math.min(maxBatch, issuer.batch_credential_issuance?.batch_size ?? 1)
  const attempt = async (size: number) => {
    const ids = Array.from({ length: size }, () => newId())
    const nonce = await fetchNonce(context, issuer.nonce_endpoint)
    const derived = ids.map((id) => deriveInstanceKey(secret.root, id))
    const target = { issuer: offer.credential_issuer, nonce, clientId }
    const jwt = await Promise.all(derived.map((key) => signKeyProof(context, key, target)))
    const json = { ...toIdentifier(tokens, configuration), proofs: { jwt } }
    return { ids, derived, response: await postWithToken(context, tokens, keys, issuer.credential_endpoint, json) }
  }
  let made = await attempt(count)
  // The batch size is of the issuer as a whole: a type may allow less.
  if (count > 1 && errorOf(made.response) === 'invalid_proof') made = await attempt(1)
  const { ids, derived, response } = made
  if (response.status !== 200 && response.status !== 202) throw refusedBy(response)
  const reply = parseReply(response.body, credentialReply)
  const instances = ids.map((id, at) => {
    const { x, y } = derived[at]?.publicKey ?? { x: '', y: '' }
    return { id, publicKey: { x, y } }
  })
  if ('transaction_id' in reply) {
    const waited = {
      configuration,
      transactionId: reply.transaction_id,
      instances,
      intervalSeconds: reply.interval ?? 60,
    }
    return { kind: 'later', waited }
  }
  const texts = reply.credentials.map(({ credential }) => credential)
  const credential = await acceptInstances(
    context,
    issuance,
    { configuration, instances },
    texts,
    reply.notification_id,
  )
  return { kind: 'received', credential, notificationId: reply.notification_id }
}

/** Which of the two names the issuer wants follows from its token response (OpenID4VCI section 8.2). */
function toIdentifier({ authorization_details: details = [] }: IssuanceTokens, configuration: string) {
  const detail = details.find(({ credential_configuration_id: id }) => id === configuration)
  const identifier = detail?.credential_identifiers?.[0]
  return identifier === undefined
    ? { credential_configuration_id: configuration }
    : { credential_identifier: identifier }
}

/**
 * Verifies received instances. If one is not what was offered, none is stored, and the issuer receives `credential_failure`.
 * @throws BillfoldError `issuer.untrusted`, `issuer.refused`
 */
export async function acceptInstances(
  context: HolderContext,
  issuance: Issuance,
  { configuration, instances }: Pick<WaitedCredential, 'configuration' | 'instances'>,
  texts: readonly string[],
  notificationId: string | undefined,
): Promise<ReceivedCredential> {
  const offered = issuance.resolved.configurations[configuration]
  if (offered === undefined || texts.length > instances.length)
    throw holderError('issuer.refused', { message: 'The issuer gave more than was asked for' })
  const received: ReceivedInstance[] = []
  let last: VerifiedCredential | undefined
  try {
    for (const [at, text] of texts.entries()) {
      const { id, publicKey } = instances[at] ?? { id: '', publicKey: { x: '', y: '' } }
      last = await verifyReceived(context, text, offered, { kty: 'EC', crv: 'P-256', ...publicKey })
      received.push({ id, text })
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    await notify(context, issuance, notificationId, 'credential_failure')
    const code = error.code === 'credential.issuer' ? 'issuer.untrusted' : 'issuer.refused'
    throw holderError(code, { message: 'The credential is not what was offered', cause: error })
  }
  if (last === undefined) throw holderError('issuer.refused')
  return { configuration, verified: last, instances: received }
}

/** Tells the issuer the outcome of its credentials. It need not know, so a failure is no error. */
export async function notify(
  context: HolderContext,
  { resolved, tokens, keys }: Issuance,
  notificationId: string | undefined,
  event: 'credential_accepted' | 'credential_failure',
): Promise<void> {
  const url = resolved.issuer.notification_endpoint
  if (url === undefined || notificationId === undefined) return
  try {
    await postWithToken(context, tokens, keys, url, { notification_id: notificationId, event })
  } catch (error) {
    context.services.logger.warn({ error }, 'an issuer did not receive the outcome of a credential')
  }
}
