import { retryOnConflict, batch, update } from '@billfold/core/storage'
import { timingSafeEqual } from '@billfold/core/crypto'
import { credentialsError } from '../../declarations.ts'
import type { VerifierContext } from '../context.ts'
import { hashSession, resultMs } from '../requests/create-request.ts'
import { openField } from '../requests/request-body.ts'
import { hashSecret } from '../requests/secrets.ts'
import { presentationRequests, type PresentationRequestRow } from '../tables.ts'
import { type PresentationResult, storedResultSchema } from './presentation-result.ts'

/** What a host asks for a result with. */
export interface ResultInput {
  /** Of the request. */
  readonly transaction: string
  /** From the query of the page that the user returned to; needed for the flow `same-device`. */
  readonly responseCode?: string | undefined
  /** The session that the request was made for, if one was named. */
  readonly session?: string | undefined
}

/**
 * Returns what a request has come to. On the same device, attributes are given only with the response code, once, and for the session
 * that the request was made for (HAIP 1.0 section 5.1). They are gone ten minutes after they were given.
 * @throws BillfoldError `presentation-request.not-found`, also for another session or response code
 */
export function getResult(context: VerifierContext, input: ResultInput): Promise<PresentationResult> {
  return retryOnConflict(async () => {
    const row = await findByTransaction(context, input)
    const { state, expiresAt } = row
    if (expiresAt <= context.services.now()) return { status: 'expired' }
    if (state === 'open') return { status: 'open' }
    if (state === 'verified') await release(context, row, input)
    else if (state === 'released' && row.flow === 'same-device')
      throw credentialsError('presentation-request.not-found')
    return openResult(context, row)
  })
}

async function findByTransaction(context: VerifierContext, input: ResultInput): Promise<PresentationRequestRow> {
  const { services, tenant } = context
  const where = { transactionHash: hashSecret(input.transaction), tenant, owner: null }
  const [row] = await services.storage.find(presentationRequests, { where, limit: 1 })
  if (row === undefined) throw credentialsError('presentation-request.not-found')
  if (row.session !== null) {
    const session = await hashSession(context, input.session ?? '')
    if (!timingSafeEqual(session, row.session)) throw credentialsError('presentation-request.not-found')
  }
  return row
}

async function release(
  { services }: VerifierContext,
  { id, flow, codeHash }: PresentationRequestRow,
  { responseCode = '' }: ResultInput,
): Promise<void> {
  if (flow === 'same-device' && (codeHash === null || !timingSafeEqual(hashSecret(responseCode), codeHash)))
    throw credentialsError('presentation-request.not-found')
  const set = { state: 'released', codeHash: null, expiresAt: services.now() + resultMs }
  await services.storage.commit(
    batch(update(presentationRequests, { where: { id, state: 'verified', codeHash }, set })),
  )
}

/** Opens the result of a request that is settled. */
export async function openResult(
  { services }: VerifierContext,
  row: PresentationRequestRow,
): Promise<PresentationResult> {
  if (row.sealedResult === null) return { status: 'expired' }
  const { credentials, code } = storedResultSchema.parse(await openField(services, row, 'result', row.sealedResult))
  if (credentials === undefined)
    return { status: row.state === 'declined' ? 'declined' : 'refused', ...(code !== undefined && { code }) }
  // The first credential that has an attribute counts.
  const attributes = Object.fromEntries(credentials.flatMap((one) => Object.entries(one.attributes)).reverse())
  return { status: 'verified', attributes, credentials }
}
