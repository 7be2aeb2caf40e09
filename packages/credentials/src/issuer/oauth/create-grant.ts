import { newId } from '@billfold/core'
import { randomSecret } from '@billfold/core/crypto'
import { insert } from '@billfold/core/storage'
import type { CommitStep } from '../../commit-steps.ts'
import { hashSecret } from '../../secret-hash.ts'
import { sealedGrantDataset } from '../issuance/grant-dataset.ts'
import type { IssuerContext } from '../settings.ts'
import { type GrantRow, issuanceGrants } from '../tables.ts'

/** What a new grant is for. */
export interface GrantInput {
  readonly offerId: string | null
  readonly configurations: readonly string[]
  readonly hasIdentifiers: boolean
  readonly userId: string | null
  readonly applicationId: string | null
  readonly claims: Readonly<Record<string, unknown>> | undefined
  readonly jkt: string | null
  readonly clientId: string | null
}

/** A grant that is not stored yet. */
export interface NewGrant {
  readonly row: GrantRow
  readonly step: CommitStep
  /** Shown once; undefined if the types need none. */
  readonly refreshToken: string | undefined
}

const dayMs = 24 * 60 * 60 * 1000
/** How long a credential may be waited for. */
export const deferralMs = 30 * dayMs
/** How often the batch of a type can be taken with one access token. */
const batchesPerGrant = 3

/** Prepares a grant, with a refresh token where a type is renewed or may come later. */
export async function prepareGrant(context: IssuerContext, input: GrantInput): Promise<NewGrant> {
  const { services, settings, tenant } = context
  const types = input.configurations.flatMap((id) => settings.configurations.get(id)?.type ?? [])
  const lifetimes = types.map(({ refreshDays, from }) => {
    return Math.max(refreshDays * dayMs, from?.mayDefer === true ? deferralMs : 0)
  })
  const lifetimeMs = Math.max(0, ...lifetimes)
  // A refresh token without a key would be a bearer credential for months.
  const refreshToken = lifetimeMs > 0 && input.jkt !== null ? randomSecret() : undefined
  const key = { id: newId(), tenant }
  const now = services.now()
  const { claims, configurations, ...rest } = input
  const row: GrantRow = {
    ...key,
    ...rest,
    configurations: configurations.join(' '),
    sealedDataset: claims === undefined ? null : await sealedGrantDataset.seal(services, key, claims),
    refreshHash: refreshToken === undefined ? null : hashSecret(refreshToken),
    left: computeInstanceLimit(context, configurations),
    state: 'active',
    createdAt: now,
    expiresAt: now + Math.max(accessTokenSeconds(input.jkt) * 1000, refreshToken === undefined ? 0 : lifetimeMs),
  }
  return { row, step: { write: insert(issuanceGrants, row) }, refreshToken }
}

/** How many instances one access token is good for. */
export function computeInstanceLimit({ settings }: IssuerContext, configurations: readonly string[]): number {
  const batches = configurations.map((id) => settings.configurations.get(id)?.type.batch ?? 0)
  return batchesPerGrant * batches.reduce((sum, batch) => sum + batch, 0)
}

/** One hour where the token is bound to a key, five minutes otherwise (OpenID4VCI section 13.10). */
export function accessTokenSeconds(jkt: string | null): number {
  return jkt === null ? 300 : 3600
}
