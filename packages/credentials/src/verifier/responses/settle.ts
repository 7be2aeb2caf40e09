import { type Actor, auditWrite, eventWrites } from '@billfold/core/modules'
import { isCommitError, batch, update, type Write } from '@billfold/core/storage'
import type { JsonObject } from '../../formats/json.ts'
import { Refusal } from '../../formats/refusal.ts'
import type { VerifierContext } from '../context.ts'
import { openRequestBody, type RequestBody, sealField } from '../requests/request-body.ts'
import { createSecret, hashSecret } from '../requests/secrets.ts'
import type { VerifiedCredential } from '../results/presentation-result.ts'
import { presentationRequests, type PresentationRequestRow } from '../tables.ts'
import { readResponse, type WalletResponse } from './read-response.ts'
import { verifyPresentations } from './verify-presentations.ts'

/** What a response has come to. `unchanged`: the request is as it was, and the wallet may answer again. */
export type Settlement =
  | { readonly outcome: 'verified' | 'declined'; readonly responseCode: string }
  | { readonly outcome: 'refused' | 'unchanged' | 'unavailable' }

interface Decision {
  readonly state: 'verified' | 'refused' | 'declined'
  readonly credentials?: readonly VerifiedCredential[]
  /** Why it was refused, or the wallet's error. */
  readonly code?: string
}

/** Finds a request that waits for a response by the secret in its URLs. */
export async function findOpenRequest(
  { services: { storage, now }, tenant }: VerifierContext,
  ref: string,
): Promise<PresentationRequestRow | undefined> {
  const where = { refHash: hashSecret(ref), tenant, state: 'open', expiresAt: { gt: now() } }
  const [row] = await storage.find(presentationRequests, { where, limit: 1 })
  return row
}

/**
 * Settles a request with a response, once: of any number of responses at the same time, one. What does not decrypt, or has another
 * state, changes nothing; nor does a status list that cannot be had.
 */
export async function settleRequest(
  context: VerifierContext,
  actor: Actor,
  row: PresentationRequestRow,
  parameters: JsonObject,
): Promise<Settlement> {
  const body = await openRequestBody(context.services, row)
  let decision: Decision
  let response: WalletResponse | undefined
  try {
    response = await readResponse(body, parameters)
    if (response === undefined) return { outcome: 'unchanged' }
    decision = await decide(context, body, response)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    context.services.logger.info({ requestId: row.id, code: error.code, reason: error.message }, 'presentation refused')
    if (error.code === 'status.unavailable') return { outcome: 'unavailable' }
    decision = { state: 'refused', code: error.code }
  }
  return commitDecision(context, actor, row, decision, response)
}

async function decide(context: VerifierContext, body: RequestBody, response: WalletResponse): Promise<Decision> {
  if (response.kind === 'error') return { state: 'declined', code: response.error }
  return { state: 'verified', credentials: await verifyPresentations(context, body, response.vpToken) }
}

async function commitDecision(
  context: VerifierContext,
  actor: Actor,
  row: PresentationRequestRow,
  decision: Decision,
  response: WalletResponse | undefined,
): Promise<Settlement> {
  const { services, settings, tenant } = context
  const { state, ...result } = decision
  const now = services.now()
  const responseCode = createSecret()
  const retains = settings.evidenceMs > 0 && state === 'verified' && response?.kind === 'presentations'
  const settled = update(presentationRequests, {
    where: { id: row.id, state: 'open', expiresAt: { gt: now } },
    set: {
      state,
      codeHash: row.flow === 'same-device' && state === 'verified' ? hashSecret(responseCode) : null,
      sealedResult: await sealField(services, row, 'result', result),
      ...(retains && {
        sealedPresentation: await sealField(services, row, 'presentation', response.vpToken),
        retainUntil: now + settings.evidenceMs,
      }),
    },
  })
  try {
    await services.storage.commit(batch(settled, ...decisionWrites(context, actor, tenant, row.id, decision, now)))
  } catch (error) {
    if (isCommitError(error)) return { outcome: 'unchanged' }
    throw error
  }
  return state === 'refused' ? { outcome: state } : { outcome: state, responseCode }
}

function decisionWrites(
  { services }: VerifierContext,
  actor: Actor,
  tenant: string,
  requestId: string,
  { state, code = '' }: Decision,
  now: number,
): readonly Write[] {
  if (state === 'verified')
    return [
      auditWrite(actor, 'presentation.verified', requestId, now),
      ...eventWrites(services, tenant, 'presentation.verified', { requestId }),
    ]
  return [
    auditWrite(actor, `presentation.${state}`, requestId, now, { code }),
    ...eventWrites(services, tenant, `presentation.${state}`, { requestId, code }),
  ]
}
