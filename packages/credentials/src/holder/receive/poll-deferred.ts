import type { Actor } from '@billfold/core/modules'
import { batch, update, type Write } from '@billfold/core/storage'
import { listFreeCredentialSlots } from '../credentials/held-credentials.ts'
import { getBox } from '../secrets/holder-secrets.ts'
import type { HolderContext } from '../settings.ts'
import { type HolderIssuanceRow, holderIssuances, holderOffers } from '../tables.ts'
import { claimIssuance } from './claim-issuance.ts'
import { commitCredentials, type GivenCredential } from './commit-credentials.ts'
import { parseReply } from './fetch-json.ts'
import { type IssuanceContent, sealedIssuances } from './issuance-content.ts'
import { errorOf, type IssuanceTokens, postWithToken, requestTokens } from './issuer-client.ts'
import { acceptInstances, credentialReply, type Issuance } from './request-credentials.ts'

const pollsPerCall = 10
const minIntervalMs = 60 * 1000
const retryMs = 5 * minIntervalMs

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
      await reschedule(context, row, retryMs)
    }
  }
}

async function poll(context: HolderContext, row: HolderIssuanceRow): Promise<void> {
  const { services } = context
  // What an issuer gives, it gives once: it is asked when there is a slot for it.
  const { length: room } = await listFreeCredentialSlots(context, row.userId)
  if (room === 0) return reschedule(context, row, retryMs)
  const stored = await sealedIssuances.open(services, row, row.sealedContent)
  const content = await withFreshToken(context, stored)
  const { resolved, keys, tokens, waited, secretId } = content
  const url = resolved.issuer.deferred_credential_endpoint
  if (tokens === undefined || secretId === undefined || url === undefined)
    return services.storage.commit(batch(...finishWrites(row, 'failed')))
  const issuance: Issuance = { resolved, keys, tokens }
  const actor: Actor = { ...context.host(row.tenant), id: row.userId }
  const box = await getBox(context, secretId)
  const given: GivenCredential[] = []
  const left: IssuanceContent['waited'] = []
  for (const one of waited) {
    const outcome: Outcome =
      given.length < room ? await ask(context, issuance, url, one) : { kind: 'later', waited: one }
    if (outcome.kind === 'later') left.push(outcome.waited)
    if (outcome.kind === 'received') given.push(outcome)
  }
  const owner = { actor, userId: row.userId, resolved, box, issuanceId: null }
  const writes =
    left.length === 0
      ? finishWrites(row, given.length > 0 ? 'done' : 'failed')
      : [await goOnWrite(context, row, { ...content, waited: left })]
  await commitCredentials(context, issuance, owner, given, writes)
}

type Waited = IssuanceContent['waited'][number]
type Outcome = GivenCredential | { readonly kind: 'later'; readonly waited: Waited } | { readonly kind: 'refused' }

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

function finishWrites({ id, offerId }: HolderIssuanceRow, state: 'done' | 'failed'): readonly Write[] {
  const set = { state: state === 'done' ? 'accepted' : 'failed' }
  return [
    update(holderIssuances, { where: { id, state: 'waiting' }, set: { state } }),
    update(holderOffers, { where: { id: offerId, state: 'pending' }, set, expectedRows: 'any' }),
  ]
}

async function goOnWrite(
  { services }: HolderContext,
  row: HolderIssuanceRow,
  content: IssuanceContent,
): Promise<Write> {
  const interval = Math.max(minIntervalMs, ...content.waited.map(({ intervalSeconds }) => intervalSeconds * 1000))
  const set = {
    sealedContent: await sealedIssuances.seal(services, row, content),
    nextPollAt: services.now() + interval,
    claimedUntil: 0,
  }
  return update(holderIssuances, { where: { id: row.id, state: 'waiting' }, set })
}

async function reschedule({ services }: HolderContext, { id }: HolderIssuanceRow, delayMs: number): Promise<void> {
  const set = { nextPollAt: services.now() + delayMs, claimedUntil: 0 }
  const where = { id, state: 'waiting' }
  await services.storage.commit(batch(update(holderIssuances, { where, set, expectedRows: 'any' })))
}
