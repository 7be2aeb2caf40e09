import { type Actor, auditRecord } from '../../audit/record.ts'
import type { Application, ApplicationStatus } from '../../onboarding/application.ts'
import { secp256k1 } from '../../crypto/index.ts'
import { type OpenFile, readFile } from '../../onboarding/files.ts'
import { findApplication, listApplications } from '../../onboarding/find-applications.ts'
import { type ApplicationMove, moveApplication } from '../../onboarding/move-application.ts'
import { eraseOwner } from '../../onboarding/personal-data.ts'
import type { Services } from '../../services.ts'
import { batch } from '../../storage/index.ts'
import { walletId, walletOf } from '../../wallet-login/index.ts'
import type { OnboardingSettings } from './options.ts'

/** What the host does with applications and files, in-process. The tenant is the host's own unless another is named. */
export interface OnboardingFunctions {
  readonly applications: {
    /** A page of applications, newest first: page 1, of 20, unless said otherwise. */
    readonly list: (filter?: {
      readonly tenant?: string
      readonly status?: ApplicationStatus
      readonly page?: number
      readonly size?: number
    }) => Promise<readonly Application[]>
    /** @throws BillfoldError `application.unknown` */
    readonly get: (id: string, tenant?: string) => Promise<Application>
    /**
     * Moves an application on: submitted, in_review, approved or rejected or returned_for_changes, from where it is reviewed
     * again. `by` is named in the audit trail.
     * @throws BillfoldError `application.unknown`, `application.moved` where no way leads there from the state it is in
     */
    readonly move: (
      id: string,
      move: ApplicationMove & { readonly by?: string; readonly tenant?: string },
    ) => Promise<Application>
  }
  readonly files: {
    /** Opens a file, to be read as it is needed. @throws BillfoldError `file.unknown` */
    readonly read: (id: string, tenant?: string) => Promise<OpenFile>
  }
  /**
   * Forgets the files and applications of a wallet that has no user, by its public key in hex: 33, 64 or 65 bytes.
   * @throws BillfoldError `crypto.invalid-key`
   */
  readonly eraseWallet: (publicKey: string, tenant?: string) => Promise<void>
}

/** The functions, over the services of a host. */
export function onboardingFunctions(
  services: Services,
  host: (tenant?: string) => Actor,
  { files }: OnboardingSettings,
): OnboardingFunctions {
  return {
    applications: {
      list: ({ tenant: of, status, page = 1, size = 20 } = {}) => {
        const { tenant } = host(of)
        return listApplications(services, { tenant, ...(status !== undefined && { status }) }, { page, size })
      },
      get: (id, of) => findApplication(services, { tenant: host(of).tenant }, id),
      move: async (id, { by, tenant: of, ...move }) => {
        const actor = host(of)
        return moveApplication(services, by === undefined ? actor : { ...actor, id: by.slice(0, 128) }, id, move)
      },
    },
    files: { read: (id, of) => readFile(services, files, { tenant: host(of).tenant }, id) },
    eraseWallet: async (publicKey, of) => {
      const actor = host(of)
      const { tenant } = actor
      const bytes = Buffer.from(publicKey.replace(/^0x/i, ''), 'hex')
      const wallet = walletOf(secp256k1.parsePublicKey(bytes, false))
      const owner = await walletId(services, tenant, wallet.publicKey)
      const { writes, afterwards } = eraseOwner(services, files, { tenant, owner })
      await services.storage.commit(batch(...writes, auditRecord(actor, 'wallet.erased', owner, services.now())))
      await afterwards?.()
    },
  }
}
