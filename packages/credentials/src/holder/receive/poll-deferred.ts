import type { Actor } from '@billfold/core/modules'
import { batch, update, type Write } from '@billfold/core/storage'
import { getBox } from '../secrets/holder-secrets.ts'
import type { HolderContext } from '../settings.ts'
import { type HolderIssuanceRow, holderIssuances, holderOffers } from '../tables.ts'
import { claimIssuance } from './claim-issuance.ts'
import { parseReply } from './fetch-json.ts'
import { type IssuanceContent, sealedIssuances } from './issuance-content.ts'
import { errorOf, type IssuanceTokens, postWithToken, requestTokens } from './issuer-client.ts'
import { acceptInstances, credentialReply, type Issuance, notify } from './request-credentials.ts'
import { type ReceivedCredential, storeCredentialWrites } from './store-credential.ts'

const pollsPerCall = 10
const minIntervalMs = 60 * 1000

/** Asks issuers again for credentials that come later, ten a call, each by one process. */
export async function pollDeferred(context: HolderContext, startedAt: number): Promise<void> {
  const { services, tenant } = context
  const where = { tenant, state: 'waiting', nextPollAt: { lte: startedAt }, claimedUntil: { lte: startedAt } }
  const rows = await services.storage.find(holderIssuances, {
    where,
    orderBy: [['nextPollAt', 'asc']],
    limit: pollsPerCall,
  })
  for (const row of rows) {
    if (!(await claimIssuance(context, row))) continue
    try {
      await poll(context, row)
    } catch (error) {
      services.logger.warn(
        { issuance: row.id, error },
        'an issuer could not be asked for a credential that comes later',
      )
      await reschedule(context, row, minIntervalMs * 5)
    }
  }
}

async function poll(context: HolderContext, row: HolderIssuanceRow): Promise<void> {
  const { services } = context
  const stored = await sealedIssuances.open(services, row, row.sealedContent)
  const content = await withFreshToken(context, stored)
  const { resolved, keys, tokens, waited, secretId } = content
  const url = resolved.issuer.deferred_credential_endpoint
  if (tokens === undefined || secretId === undefined || url === undefined) return finish(context, row, 'failed', [])
  const issuance: Issuance = { resolved, keys, tokens }
  const actor: Actor = { ...context.host(row.tenant), id: row.userId }
  const box = await getBox(context, secretId)
  const writes: Write[] = []
  const left: IssuanceContent['waited'] = []
  const accepted: (string | undefined)[] = []
  for (const one of waited) {
    const outcome = await ask(context, issuance, url, one)
    if (outcome.kind === 'later') left.push(outcome.waited)
    if (outcome.kind !== 'received') continue
    const { credential, notificationId } = outcome
    writes.push(...(await storeCredentialWrites(context, actor, row.userId, resolved, box, credential)).writes)
    accepted.push(notificationId)
  }
  if (left.length === 0) await finish(context, row, writes.length > 0 ? 'done' : 'failed', writes)
  else await goOn(context, row, { ...content, waited: left }, writes)
  for (const id of accepted) await notify(context, issuance, id, 'credential_accepted')
}

type Waited = IssuanceContent['waited'][number]
type Outcome =
  | { readonly kind: 'received'; readonly credential: ReceivedCredential; readonly notificationId: string | undefined }
  | { readonly kind: 'later'; readonly waited: Waited }
  | { readonly kind: 'refused' }

/** Asks for one credential. A failure is only logged: the issuer gives each once, so those received before it must be stored. */
async function ask(context: HolderContext, issuance: Issuance, url: string, waited: Waited): Promise<Outcome> {
  try {
    const { tokens, keys } = issuance
    const response = await postWithToken(context, tokens, keys, url, { transaction_id: waited.transactionId })
    if (response.status >= 500 || response.status === 429) return { kind: 'later', waited }
    if (errorOf(response) !== '') return { kind: 'refused' }
    const reply = parseReply(response.body, credentialReply)
    if ('transaction_id' in reply)
      return { kind: 'later', waited: { ...waited, intervalSeconds: reply.interval ?? waited.intervalSeconds } }
    const texts = reply.credentials.map(({ credential }) => credential)
    const { notification_id: notificationId } = reply
    const credential = await acceptInstances(context, issuance, waited, texts, notificationId)
    return { kind: 'received', credential, notificationId }
  } catch (error) {
    context.services.logger.warn({ error }, 'a credential that comes later could not be fetched')
    return { kind: 'later', waited }
  }
}

async function withFreshToken(context: HolderContext, content: IssuanceContent): Promise<IssuanceContent> {
  const { tokens, tokenExpiresAt = 0, resolved, keys } = content
  const { now } = context.services
  if (tokens?.refresh_token === undefined || tokenExpiresAt > now() + 30_000) return content
  const { refresh_token } = tokens
  const renewed: IssuanceTokens = await requestTokens(context, resolved, keys, {
    grant_type: 'refresh_token',
    refresh_token,
  })
  const expiresAt = now() + (renewed.expires_in ?? 300) * 1000
  return { ...content, tokens: { refresh_token, ...renewed }, tokenExpiresAt: expiresAt }
}

async function finish(
  { services }: HolderContext,
  { id, offerId }: HolderIssuanceRow,
  state: 'done' | 'failed',
  writes: readonly Write[],
): Promise<void> {
  const set = { state: state === 'done' ? 'accepted' : 'failed' }
  await services.storage.commit(
    batch(
      update(holderIssuances, { where: { id, state: 'waiting' }, set: { state } }),
      update(holderOffers, { where: { id: offerId, state: 'pending' }, set, expectedRows: 'any' }),
      ...writes,
    ),
  )
}

async function goOn(
  { services }: HolderContext,
  row: HolderIssuanceRow,
  content: IssuanceContent,
  writes: readonly Write[],
): Promise<void> {
  const interval = Math.max(minIntervalMs, ...content.waited.map(({ intervalSeconds }) => intervalSeconds * 1000))
  const set = {
    sealedContent: await sealedIssuances.seal(services, row, content),
    nextPollAt: services.now() + interval,
    claimedUntil: 0,
  }
  await services.storage.commit(
    batch(update(holderIssuances, { where: { id: row.id, state: 'waiting' }, set }), ...writes),
  )
}

async function reschedule({ services }: HolderContext, { id }: HolderIssuanceRow, delayMs: number): Promise<void> {
  const set = { nextPollAt: services.now() + delayMs, claimedUntil: 0 }
  const where = { id, state: 'waiting' }
  await services.storage.commit(batch(update(holderIssuances, { where, set, expectedRows: 'any' })))
}
