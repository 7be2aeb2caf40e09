import { setImmediate } from 'node:timers/promises'
import { BillfoldError, newId } from '@billfold/core'
import { randomSecret } from '@billfold/core/crypto'
import { type Actor, auditWrite, eventWrites } from '@billfold/core/modules'
import { batch, insert, isCommitError, update } from '@billfold/core/storage'
import type { CommitStep } from '../../commit-steps.ts'
import { hashSecret } from '../../secret-hash.ts'
import type { IssuerContext } from '../settings.ts'
import { allocateIndexes, type AllocatedIndexes } from '../status/allocate-indexes.ts'
import { toStatusListUri } from '../status/status-list-token.ts'
import { type GrantRow, type InstanceRow, issuanceGrants, issuedCredentials } from '../tables.ts'
import type { CredentialConfiguration, ParsedClaims } from '../types/credential-type.ts'
import { wireError } from '../wire-errors.ts'
import { authorizeIssuance } from './authorize-issuance.ts'
import { encodeInstance } from './encode-instance.ts'
import type { ProvenKey } from './proven-key.ts'
import { computeValidity } from './validity.ts'

/** What is issued to whom. */
export interface IssuanceInput {
  readonly grant: GrantRow
  readonly configuration: CredentialConfiguration
  readonly claims: ParsedClaims
  readonly keys: readonly ProvenKey[]
  /** The writes that use up what the request presents. Each fails with its own error. */
  readonly steps: readonly CommitStep[]
  /** The error if a key has an instance already. Default: `issuance.invalid-proof`. */
  readonly keyConflict?: Error
}

/** Issued instances (OpenID4VCI section 8.3). */
export interface IssuedInstances {
  readonly credentials: readonly { readonly credential: string }[]
  readonly notification_id: string
}

/** Rounds of drawing indexes that another process has drawn too. */
const maxRounds = 8

/**
 * Issues an instance for each key, in one commit with all that the request uses up. The signed credentials are not stored.
 * @throws BillfoldError `issuance.invalid-proof` if a key has an instance; `issuance.credential-request-denied` if the grant is spent or a
 *   module does not allow it;
 *   the errors of the steps
 */
export async function issueInstances(
  context: IssuerContext,
  actor: Actor,
  input: IssuanceInput,
): Promise<IssuedInstances> {
  const { services, tenant } = context
  const hashes = input.keys.map(({ thumbprint }) => services.blindIndex.hash('credential key', tenant, thumbprint))
  const keyHashes = await Promise.all(hashes)
  for (let round = 1; ; round++) {
    const made = await prepareInstances(context, actor, input, keyHashes)
    try {
      await services.storage.commit(batch(...made.steps.map(({ write }) => write)))
      return made.issued
    } catch (error) {
      if (!isCommitError(error)) throw error
      // Before what is used up by the same request that comes again.
      await assertNewKeys(context, keyHashes, input.keyConflict)
      const { conflict } = made.steps[error.index] ?? {}
      if (conflict !== undefined) throw conflict()
      // An index that another process has drawn.
      if (round === maxRounds) throw new BillfoldError('storage.conflict', { cause: error })
    }
  }
}

async function prepareInstances(
  context: IssuerContext,
  actor: Actor,
  { grant, configuration, claims, keys, steps }: IssuanceInput,
  keyHashes: readonly string[],
): Promise<{ readonly issued: IssuedInstances; readonly steps: readonly CommitStep[] }> {
  const { services, settings, tenant } = context
  const { type, format } = configuration
  const now = services.now()
  const counted = await authorizeIssuance(services, actor, grant, configuration, keys.length)
  const validity = computeValidity(settings.signers[0], type.days, now)
  const allocated =
    type.status === 'none'
      ? undefined
      : await allocateIndexes(context, type.statusBits, keys.length, validity.validUntil)
  const notificationId = randomSecret()
  const credentials: { credential: string }[] = []
  for (const [position, { jwk }] of keys.entries()) {
    // Signing takes about 2 ms: other requests come in between.
    if (position > 0) await setImmediate()
    const status = toStatus(context, allocated, position)
    credentials.push({
      credential: await encodeInstance(settings, configuration, { claims, holderKey: jwk, validity, status }),
    })
  }
  const rows = keyHashes.map((keyHash, position): InstanceRow => {
    return {
      id: newId(),
      tenant,
      grantId: grant.id,
      type: type.id,
      format,
      userId: grant.userId,
      applicationId: grant.applicationId,
      keyHash,
      listId: allocated?.list.id ?? null,
      listIndex: allocated?.indexes[position] ?? null,
      status: 'valid',
      notificationHash: hashSecret(notificationId),
      event: null,
      createdAt: now,
      expiresAt: validity.validUntil,
    }
  })
  const event = { grantId: grant.id, type: type.id, format, instances: keys.length }
  return {
    issued: { credentials, notification_id: notificationId },
    steps: [
      ...steps,
      takeFromGrant(grant, keys.length),
      ...rows.map((row) => ({ write: insert(issuedCredentials, row) })),
      ...[
        ...(allocated?.writes ?? []),
        auditWrite(actor, 'credential.issued', grant.id, now, { type: type.id, format, instances: keys.length }),
        ...eventWrites(services, tenant, 'credential.issued', event),
        ...counted,
      ].map((write) => ({ write })),
    ],
  }
}

function toStatus(
  { settings }: IssuerContext,
  allocated: AllocatedIndexes | undefined,
  position: number,
): { readonly uri: string; readonly index: number } | undefined {
  const index = allocated?.indexes[position]
  if (allocated === undefined || index === undefined) return undefined
  return { uri: toStatusListUri(settings.publicUrl, allocated.list.ref), index }
}

function takeFromGrant({ id }: GrantRow, count: number): CommitStep {
  const where = { id, state: 'active', left: { gte: count } }
  return {
    write: update(issuanceGrants, { where, add: { left: -count } }),
    conflict: () =>
      wireError('issuance.credential-request-denied', 'The access token is not good for so many credentials'),
  }
}

/** A key has one instance, so that two of them are never joined by it. @throws the conflict */
async function assertNewKeys(
  { services, tenant }: IssuerContext,
  keyHashes: readonly string[],
  conflict: Error = wireError('issuance.invalid-proof', 'A key has a credential already'),
): Promise<void> {
  const where = { tenant, keyHash: { in: keyHashes } }
  const [used] = await services.storage.find(issuedCredentials, { where, limit: 1 })
  if (used !== undefined) throw conflict
}
