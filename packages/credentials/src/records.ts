import type { ModuleContext } from '@billfold/core/modules'
import type { HeldCredential } from './holder/credentials/credential-description.ts'
import { listHeldCredentials } from './holder/credentials/held-credentials.ts'
import { changeStatus, type StatusChange } from './issuer/status/change-status.ts'
import {
  type IssuedCredential,
  type IssuedCredentialFilter,
  listInstances,
  toIssuedCredential,
} from './issuer/status/list-instances.ts'

/** What the module has stored, whichever roles this process has: for the command line and for scripts. */
export interface CredentialRecords {
  /** Lists issued instances by user, application or type, oldest first. */
  readonly issued: (filter?: IssuedCredentialFilter) => Promise<readonly IssuedCredential[]>
  /**
   * Suspends, restores or revokes an issued instance.
   * @throws BillfoldError `credential.not-found`, `credential.revoked`, `credential.no-status`
   */
  readonly changeStatus: (credentialId: string, change: StatusChange) => Promise<IssuedCredential>
  /** Lists the credentials that a user holds, newest first, without values. */
  readonly held: (userId: string) => Promise<readonly HeldCredential[]>
}

/** Creates the functions for what is stored. */
export function createCredentialRecords({ services, tenant, host }: ModuleContext): CredentialRecords {
  const context = { services, tenant }
  return {
    issued: (filter = {}) => listInstances(context, filter),
    changeStatus: async (credentialId, change) =>
      toIssuedCredential(await changeStatus(context, host(tenant), credentialId, change)),
    held: (userId) => listHeldCredentials(context, userId),
  }
}
