import { isBillfoldError } from '@billfold/core'
import { type Application, getApplication, getUser } from '@billfold/core/modules'
import type { IssuerContext } from '../settings.ts'
import type { GrantRow } from '../tables.ts'
import type { AnyCredentialType } from '../types/credential-type.ts'
import { sealedGrantDataset } from './grant-dataset.ts'

/** The claims of a grant today. */
export type Dataset =
  | { readonly kind: 'claims'; readonly claims: Readonly<Record<string, unknown>> }
  | { readonly kind: 'later' }
  | { readonly kind: 'denied' }

/**
 * Computes the claims of a grant anew: an erased user and a withdrawn application have none. Claims that the schema of the type does
 * not accept are a mistake of the host, and are thrown.
 * @throws Error of the schema, or of the host's source
 */
export async function resolveDataset(
  context: IssuerContext,
  type: AnyCredentialType,
  grant: GrantRow,
): Promise<Dataset> {
  const { services, tenant } = context
  const { userId, applicationId } = grant
  if (userId !== null && !(await isUser(context, userId))) return { kind: 'denied' }
  if (type.from === undefined) {
    if (grant.sealedDataset === null) return { kind: 'denied' }
    const claims = await sealedGrantDataset.open(services, grant, grant.sealedDataset)
    return { kind: 'claims', claims: toRecord(type.schema.parse(claims)) }
  }
  const application = applicationId === null ? undefined : await findApplication(context, applicationId)
  if (applicationId !== null && application === undefined) return { kind: 'denied' }
  const subject = { tenant, ...(userId !== null && { userId }), ...(applicationId !== null && { applicationId }) }
  const sourced = await type.from.resolve(subject, application)
  if (sourced === 'later' || sourced === 'denied') return { kind: sourced }
  return { kind: 'claims', claims: toRecord(type.schema.parse(sourced)) }
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

function toRecord(claims: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}
