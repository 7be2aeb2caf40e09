import { type ActedBy, actedBy, type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import type { Application, ApplicationStatus } from '../applications/application.ts'
import { secp256k1 } from '../../kernel/crypto/index.ts'
import { type StoredFile, readFile } from '../applications/files.ts'
import { postApplicationMessage } from '../applications/application-messages.ts'
import { getApplication, listApplications } from '../applications/application-queries.ts'
import { type ApplicationTransition, transitionApplication } from '../applications/transition-application.ts'
import { viewApplication } from '../applications/view-application.ts'
import { eraseWalletData } from '../applications/personal-data.ts'
import type { Services } from '../../platform/services.ts'
import { normalizeIdentifier } from '../../identity/users/normalize-identifier.ts'
import { batch } from '../../kernel/storage/index.ts'
import { computeWalletId, toExternalWallet } from '../wallet-login/index.ts'
import type { EvidenceSource } from '../presentations/evidence-source.ts'
import type { OnboardingSettings } from './options.ts'

/** Functions of the onboarding context for the host, in process. `tenant` defaults to the host's own tenant. */
export interface OnboardingApi {
  readonly applications: {
    /** Lists a page of applications, newest first. `page` starts at 1 (default); `size` defaults to 20. */
    readonly list: (filter?: {
      readonly tenant?: string
      readonly status?: ApplicationStatus
      readonly page?: number
      readonly size?: number
    }) => Promise<readonly Application[]>
    /** Gets an application. @throws BillfoldError `application.not-found` */
    readonly get: (id: string, tenant?: string) => Promise<Application>
    /**
     * Gets an application for a person who looks at it, such as a reviewer. The audit log records `application.viewed` with `by` as the actor,
     * the application as the subject, and the kinds of content: `attributes`, `files`, `messages`, `paymentTransactions`. Nothing is returned if
     * the record cannot be written.
     * @throws BillfoldError `application.not-found`
     * @example
     * ```ts
     * import type { Billfold } from '@billfold/core'
     *
     * async function showToReviewer(billfold: Billfold, applicationId: string, account: string) {
     *   const { attributes } = await billfold.onboarding.applications.view(applicationId, undefined, { by: `review:${account}` })
     *   return attributes.map(({ id }) => id)
     * }
     * ```
     */
    readonly view: (id: string, tenant?: string, options?: ActedBy) => Promise<Application>
    /**
     * Changes the status of an application. Allowed: `submitted` → `in_review`; `in_review` → `approved`, `rejected` or
     * `returned_for_changes`; `returned_for_changes` → `in_review` or `rejected`. The audit log records `by` as the actor.
     * @throws BillfoldError `application.not-found`, `application.invalid-transition`
     */
    readonly transition: (
      id: string,
      move: ApplicationTransition & { readonly by?: string; readonly tenant?: string },
    ) => Promise<Application>
    /**
     * Posts a message to the applicant: 1 to 4,000 characters. The audit log records `by` as the actor.
     * @throws BillfoldError `application.not-found`, `application.limit-reached`, `input.invalid`
     */
    readonly postMessage: (
      id: string,
      message: { readonly text: string; readonly by?: string; readonly tenant?: string },
    ) => Promise<Application>
  }
  readonly files: {
    /** Reads a file by its public id. The content is decrypted lazily. @throws BillfoldError `file.not-found` */
    readonly read: (id: string, tenant?: string) => Promise<StoredFile>
  }
  /**
   * Erases the files and applications of a wallet without a user. For a wallet with a user, erase the user.
   * @param wallet secp256k1 public key in hex (33, 64 or 65 bytes), or the account of a contract: `eip155:1:0x…` (CAIP-10)
   * @throws BillfoldError `crypto.invalid-key`, `input.invalid`
   */
  readonly eraseWallet: (wallet: string, tenant?: string) => Promise<void>
}

/** Creates the functions for the host. */
export function createOnboardingApi(
  services: Services,
  host: (tenant?: string) => Actor,
  { files }: OnboardingSettings,
  evidenceSource: () => EvidenceSource | undefined,
): OnboardingApi {
  const reviewer = (tenant: string | undefined, by: string | undefined): Actor =>
    by === undefined ? host(tenant) : { ...host(tenant), id: by.slice(0, 128) }
  return {
    applications: {
      list: ({ tenant: of, status, page = 1, size = 20 } = {}) => {
        const { tenant } = host(of)
        return listApplications(services, { tenant, ...(status !== undefined && { status }) }, { page, size })
      },
      get: (id, of) => getApplication(services, { tenant: host(of).tenant }, id),
      view: (id, of, options = {}) => viewApplication(services, actedBy(host(of), options), id),
      transition: async (id, { by, tenant: of, ...move }) =>
        transitionApplication(services, reviewer(of, by), id, move),
      postMessage: async (id, { text, by, tenant: of }) => {
        const actor = reviewer(of, by)
        return postApplicationMessage(services, actor, { tenant: actor.tenant }, id, { from: 'host', text })
      },
    },
    files: { read: (id, of) => readFile(services, files, { tenant: host(of).tenant }, id) },
    eraseWallet: async (wallet, of) => {
      const actor = host(of)
      const { tenant } = actor
      const owner = await computeWalletId(services, tenant, parseWallet(wallet))
      const { writes, afterCommit } = eraseWalletData(services, files, { tenant, owner })
      const evidence = evidenceSource()?.eraseWrites({ tenant, id: owner }) ?? []
      await services.storage.commit(
        batch(...writes, ...evidence, auditWrite(actor, 'wallet.erased', owner, services.now())),
      )
      await afterCommit?.()
    },
  }
}

function parseWallet(text: string): string {
  if (text.startsWith('eip155:')) return normalizeIdentifier('account', text)
  const bytes = Buffer.from(text.replace(/^0x/i, ''), 'hex')
  return toExternalWallet(secp256k1.parsePublicKey(bytes, false)).publicKey
}
