import { newId } from '@billfold/core'
import { randomSecret } from '@billfold/core/crypto'
import { type Actor, auditWrite, eventWrites } from '@billfold/core/modules'
import { check, insert, isCommitError, batch, update } from '@billfold/core/storage'
import { z } from 'zod'
import { commitSteps } from '../../commit-steps.ts'
import { hashSecret } from '../../secret-hash.ts'
import { deferralMs } from '../oauth/create-grant.ts'
import type { GrantCaller } from '../oauth/access-tokens.ts'
import { computeThumbprint, toEcJwk } from '../oauth/embedded-jws.ts'
import type { IssuerContext } from '../settings.ts'
import { deferredCredentials, type DeferredRow, issuanceGrants } from '../tables.ts'
import { wireError } from '../wire-errors.ts'
import { type IssuanceInput, issueInstances } from './issue-instances.ts'
import type { ProvenKey } from './proven-key.ts'
import type { PlainReply } from './request-encryption.ts'
import { resolveDataset } from './resolve-dataset.ts'

/** How long wallets wait before they ask again, in seconds. */
const intervalSeconds = 300

/** The reply to a wallet that waits (OpenID4VCI section 8.3). */
export interface DeferredReply {
  readonly transaction_id: string
  readonly interval: number
  readonly [field: string]: unknown
}

/** The largest number of credentials that one grant may wait for. */
const maxWaiting = 20

/** Remembers the proven keys of a wallet that waits, in one commit with all that the request uses up. */
export async function deferCredential(
  context: IssuerContext,
  actor: Actor,
  { grant, configuration, keys, steps }: Omit<IssuanceInput, 'claims'>,
): Promise<DeferredReply> {
  const { services, tenant } = context
  const now = services.now()
  const where = { grantId: grant.id, state: 'waiting' }
  const waiting = await services.storage.find(deferredCredentials, { where, limit: maxWaiting })
  if (waiting.length === maxWaiting) throw wireError('issuance.credential-request-denied', 'Too many are waited for')
  const transactionId = randomSecret()
  const row: DeferredRow = {
    id: newId(),
    tenant,
    grantId: grant.id,
    configuration: configuration.id,
    publicKeys: JSON.stringify(keys.map(({ jwk }) => jwk)),
    transactionHash: hashSecret(transactionId),
    state: 'waiting',
    createdAt: now,
    expiresAt: now + deferralMs,
  }
  const data = { grantId: grant.id, type: configuration.type.id }
  await commitSteps(
    services.storage,
    ...steps,
    {
      write: check(issuanceGrants, { where: { id: grant.id, state: 'active', left: { gte: keys.length } } }),
      conflict: () => wireError('issuance.credential-request-denied'),
    },
    { write: insert(deferredCredentials, row) },
    { write: auditWrite(actor, 'credential.deferred', grant.id, now, { type: data.type }) },
    ...eventWrites(services, tenant, 'credential.deferred', data).map((write) => ({ write })),
  )
  return { transaction_id: transactionId, interval: intervalSeconds }
}

/**
 * Issues a credential that a wallet waits for, if its claims are there now (OpenID4VCI section 9).
 * @throws BillfoldError `issuance.invalid-transaction-id`, `issuance.credential-request-denied`, and those of the DPoP proof
 */
export async function requestDeferredCredential(
  context: IssuerContext,
  actor: Actor,
  { grant, steps }: GrantCaller,
  transactionId: string,
): Promise<PlainReply> {
  const { services, settings, tenant } = context
  const where = { transactionHash: hashSecret(transactionId), tenant, grantId: grant.id }
  const [row] = await services.storage.find(deferredCredentials, { where, limit: 1 })
  const configuration = settings.configurations.get(row?.configuration ?? '')
  if (row?.state !== 'waiting' || configuration === undefined) throw wireError('issuance.invalid-transaction-id')
  const dataset = await resolveDataset(context, configuration.type, grant)
  const isExpired = row.expiresAt <= services.now()
  if (dataset.kind === 'denied' || isExpired) return refuse(context, row)
  if (dataset.kind === 'later') {
    await commitSteps(services.storage, ...steps)
    return { status: 202, body: { transaction_id: transactionId, interval: intervalSeconds } }
  }
  const issued = await issueInstances(context, actor, {
    grant,
    configuration,
    claims: dataset.claims,
    keys: parsePublicKeys(row.publicKeys),
    // Another poll was faster.
    keyConflict: wireError('issuance.invalid-transaction-id'),
    steps: [
      ...steps,
      {
        write: update(deferredCredentials, { where: { id: row.id, state: 'waiting' }, set: { state: 'issued' } }),
        conflict: () => wireError('issuance.invalid-transaction-id'),
      },
    ],
  })
  // Without `notification_id`, which is optional (OpenID4VCI section 9.2): wallets in use refuse such a reply with one.
  return { status: 200, body: { credentials: issued.credentials } }
}

async function refuse({ services }: IssuerContext, { id }: DeferredRow): Promise<never> {
  try {
    const where = { id, state: 'waiting' }
    await services.storage.commit(batch(update(deferredCredentials, { where, set: { state: 'refused' } })))
  } catch (error) {
    if (!isCommitError(error)) throw error
  }
  throw wireError('issuance.credential-request-denied')
}

const keysSchema = z.array(z.unknown())

function parsePublicKeys(json: string): readonly ProvenKey[] {
  const parsed: unknown = JSON.parse(json)
  return keysSchema.parse(parsed).map((value) => {
    const jwk = toEcJwk(value)
    if (jwk === undefined) throw new Error('A stored public key is not on P-256')
    return { jwk, thumbprint: computeThumbprint(jwk) }
  })
}
