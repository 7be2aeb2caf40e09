import { isBillfoldError } from '@billfold/core'
import { type Application, getApplication, getUser } from '@billfold/core/modules'
import type { IssuerContext } from '../settings.ts'
import type { GrantRow } from '../tables.ts'
import type { AnyCredentialType, ParsedClaims } from '../types/credential-type.ts'
import { sealedGrantDataset } from './grant-dataset.ts'

/** The claims of a subject today. */
export type Dataset =
  | { readonly kind: 'claims'; readonly claims: ParsedClaims }
  | { readonly kind: 'later' }
  | { readonly kind: 'denied' }

/** Whom claims are about, and those that were given with an offer. */
export interface DatasetInput {
  readonly userId: string | null
  readonly applicationId: string | null
  readonly given: Readonly<Record<string, unknown>> | undefined
}

/** Computes the claims of a grant again, see {@link resolveClaims}. */
export async function resolveDataset(
  context: IssuerContext,
  type: AnyCredentialType,
  grant: GrantRow,
): Promise<Dataset> {
  const { sealedDataset: sealed, userId, applicationId } = grant
  const given = sealed === null ? undefined : await sealedGrantDataset.open(context.services, grant, sealed)
  return resolveClaims(context, type, { userId, applicationId, given })
}

/**
 * Computes the claims of a subject: an erased user and a withdrawn application have none. Claims that the schema of the type does not
 * accept are a mistake of the host, and are thrown.
 * @throws Error of the schema, or of the host's source
 */
export async function resolveClaims(
  context: IssuerContext,
  type: AnyCredentialType,
  { userId, applicationId, given }: DatasetInput,
): Promise<Dataset> {
  const { tenant } = context
  if (userId !== null && !(await isUser(context, userId))) return { kind: 'denied' }
  if (type.from === undefined) {
    return given === undefined ? { kind: 'denied' } : { kind: 'claims', claims: type.parseClaims(given) }
  }
  const application = applicationId === null ? undefined : await findApplication(context, applicationId)
  if (applicationId !== null && application === undefined) return { kind: 'denied' }
  const subject = { tenant, ...(userId !== null && { userId }), ...(applicationId !== null && { applicationId }) }
  const sourced = await type.from.resolve(subject, application)
  if (sourced === 'later' || sourced === 'denied') return { kind: sourced }
  return { kind: 'claims', claims: type.parseClaims(sourced) }
}

async function isUser({ services, tenant }: IssuerContext, userId: string): Promise<boolean> {
  try {
    await getUser(services, tenant, userId)
    return true
  } catch (error) {
    if (isBillfoldError(error, 'user.not-found')) return false
    throw error
  }
}

async function findApplication({ services, tenant }: IssuerContext, id: string): Promise<Application | undefined> {
  try {
    return await getApplication(services, { tenant }, id)
  } catch (error) {
    if (isBillfoldError(error, 'application.not-found')) return undefined
    throw error
  }
}
