import type { StoredContext } from '../../stored-context.ts'
import { issuedCredentials, type InstanceRow } from '../tables.ts'
import type { CredentialStatus } from './change-status.ts'

/** An issued instance as it is shown: no claims, which the issuer does not keep. */
export interface IssuedCredential {
  readonly id: string
  readonly type: string
  readonly format: string
  readonly userId?: string
  readonly applicationId?: string
  readonly status: CredentialStatus
  /** What the wallet has reported. */
  readonly event?: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly expiresAt: number
}

/** Selects instances. */
export interface IssuedCredentialFilter {
  readonly userId?: string | undefined
  readonly applicationId?: string | undefined
  readonly type?: string | undefined
  /** The id of the last one of the previous page. */
  readonly after?: string | undefined
  /** 1 to 200. Default: 50. */
  readonly limit?: number | undefined
}

/** Lists issued instances, oldest first. */
export async function listInstances(
  { services, tenant }: StoredContext,
  { userId, applicationId, type, after, limit = 50 }: IssuedCredentialFilter,
): Promise<readonly IssuedCredential[]> {
  const rows = await services.storage.find(issuedCredentials, {
    where: {
      tenant,
      ...(userId !== undefined && { userId }),
      ...(applicationId !== undefined && { applicationId }),
      ...(type !== undefined && { type }),
      ...(after !== undefined && { id: { gt: after } }),
    },
    orderBy: [['id', 'asc']],
    limit: Math.min(200, Math.max(1, limit)),
  })
  return rows.map(toIssuedCredential)
}

/** Formats an instance. */
export function toIssuedCredential(row: InstanceRow): IssuedCredential {
  const { id, type, format, userId, applicationId, event, createdAt, expiresAt } = row
  return {
    id,
    type,
    format,
    ...(userId !== null && { userId }),
    ...(applicationId !== null && { applicationId }),
    status: toStatus(row.status),
    ...(event !== null && { event }),
    createdAt,
    expiresAt,
  }
}

function toStatus(status: string): CredentialStatus {
  return status === 'valid' || status === 'suspended' ? status : 'revoked'
}
