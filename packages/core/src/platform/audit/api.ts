import type { Services } from '../services.ts'
import { type AuditCheckpoint, toCheckpoint } from './link.ts'
import { pruneAuditLog } from './prune.ts'
import type { Actor } from './audit-write.ts'
import { type AuditPage, type AuditSearchOptions, searchAuditLog } from './search.ts'
import { findNewestLink, checkpointAuditLog, type CheckpointResult, type CheckpointOptions } from './checkpoint.ts'
import { type AuditVerification, verifyAuditLog, type AuditVerifyOptions } from './verify.ts'

/** The audit log API for the host. Applies to all tenants unless stated otherwise. */
export interface AuditApi {
  /**
   * Returns audit records of one tenant, newest first.
   * @throws BillfoldError `input.invalid`
   * @example
   * ```ts
   * import type { Billfold } from '@billfold/core'
   *
   * async function printSignatures(billfold: Billfold) {
   *   const { records } = await billfold.audit.search({ action: 'wallet.signed', limit: 20 })
   *   for (const { at, actor, subject } of records) console.log(new Date(at).toISOString(), actor, subject)
   * }
   * ```
   */
  readonly search: (input?: AuditSearchOptions) => Promise<AuditPage>
  /**
   * Adds all unlinked records to the hash chain. `maintain()` does the same for 20,000 records per call.
   * @throws BillfoldError `audit.chain-untrusted` if the newest link cannot be authenticated
   */
  readonly checkpoint: (options?: CheckpointOptions) => Promise<CheckpointResult>
  /**
   * Returns the checkpoint at the end of the chain. Store it where nobody who can write to the database can change it,
   * and pass it to `verify`.
   */
  readonly latestCheckpoint: () => Promise<AuditCheckpoint>
  /**
   * Verifies the whole chain and every record. Reads everything: run it as a scheduled job, not in a request.
   * @example
   * ```ts
   * import type { AuditCheckpoint, Billfold } from '@billfold/core'
   *
   * async function verifyNightly(billfold: Billfold, checkpoint: AuditCheckpoint) {
   *   const { findings } = await billfold.audit.verify({ checkpoint })
   *   if (findings.length > 0) console.error('audit log has been tampered with', findings)
   * }
   * ```
   */
  readonly verify: (options?: AuditVerifyOptions) => Promise<AuditVerification>
  /**
   * Deletes the records that were linked before a time (epoch milliseconds). The chain remains verifiable and records
   * the deletion.
   * @returns the number of the last link whose records are deleted, 0 if there is none
   * @throws BillfoldError `input.invalid` for a time in the future; `audit.chain-untrusted`
   */
  readonly prune: (options: { readonly before: number }) => Promise<number>
}

export function createAuditApi(services: Services, host: (tenant?: string) => Actor): AuditApi {
  return {
    search: (input = {}) => searchAuditLog(services.storage, host(input.tenant).tenant, input),
    checkpoint: (options) => checkpointAuditLog(services, options),
    latestCheckpoint: async () => toCheckpoint(await findNewestLink(services)),
    verify: (options) => verifyAuditLog(services, options),
    prune: ({ before }) => pruneAuditLog(services, host(), before),
  }
}
