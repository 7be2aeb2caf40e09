import { auditWrite } from '../../platform/audit/audit-write.ts'
import { canonicalizeJson } from '../../kernel/canonical-json.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { batch, check, retryOnConflict, insert } from '../../kernel/storage/index.ts'
import { identifiers } from '../../identity/users/identifier-table.ts'
import { type ApplicationRow, sealApplicationContent } from './application.ts'
import { fileReferenceWrites } from './files.ts'
import { findWalletKeyIdentifier, type WalletActor } from './wallet-actor.ts'
import { applications } from './tables.ts'
import type { CompiledTemplate, ApplicationTemplate } from './templates.ts'
import { type SubmittedContent, validateSubmission } from './validate-submission.ts'

/** Input of an application. */
export interface ApplicationInput extends SubmittedContent {
  readonly idempotencyKey?: string | undefined
}

/**
 * Submits an application. A repeated submission with the same idempotency key returns the id of the first one.
 * @returns the application id
 * @throws BillfoldError `input.invalid` with all issues, `idempotency-key.reused`, `user.not-found` if the wallet's user was erased concurrently
 */
export async function submitApplication(
  services: Services,
  compiled: CompiledTemplate,
  actor: WalletActor,
  input: ApplicationInput,
): Promise<string> {
  const { template } = compiled
  const { tenant, id: owner } = actor
  const key = await findWalletKeyIdentifier(services, actor)
  const fingerprint = await computeFingerprint(services, actor, template, input)
  return retryOnConflict(async () => {
    // A user erased concurrently must not leave data behind as a wallet without a user.
    if (key !== undefined && (await findWalletKeyIdentifier(services, actor))?.id !== key.id)
      throw new BillfoldError('user.not-found')
    const earlier = await findByIdempotencyKey(services, actor, fingerprint)
    if (earlier !== undefined) return earlier
    const { fileIds, rows } = await validateSubmission(services, compiled, actor, input)
    const id = newId()
    const now = services.now()
    const row: ApplicationRow = {
      id,
      tenant,
      owner,
      template: JSON.stringify(template.id),
      status: 'submitted',
      sealedContent: await sealApplicationContent(
        services,
        { id, tenant },
        { attributes: input.attributes, files: fileIds },
      ),
      ...fingerprint,
      createdAt: now,
      updatedAt: now,
    }
    await services.storage.commit(
      batch(
        insert(applications, row),
        ...fileReferenceWrites(rows, now),
        ...(key === undefined ? [] : [check(identifiers, { where: { id: key.id } })]),
        auditWrite(actor, 'application.submitted', id, now),
        ...eventWrites(services, tenant, 'application.submitted', { applicationId: id, templateId: template.id }),
      ),
    )
    return id
  })
}

type Fingerprint = Pick<ApplicationRow, 'idempotencyKey' | 'contentHash'>

async function computeFingerprint(
  { blindIndex }: Services,
  { tenant }: WalletActor,
  template: ApplicationTemplate,
  { attributes, files, idempotencyKey }: ApplicationInput,
): Promise<Fingerprint> {
  const content = canonicalizeJson({ template: template.id, attributes, files })
  return {
    contentHash: await blindIndex.hash('application', tenant, content),
    idempotencyKey:
      idempotencyKey === undefined ? null : await blindIndex.hash('application-key', tenant, idempotencyKey),
  }
}

async function findByIdempotencyKey(
  { storage }: Services,
  { tenant, id: owner }: WalletActor,
  { idempotencyKey, contentHash }: Fingerprint,
): Promise<string | undefined> {
  if (idempotencyKey === null) return undefined
  const [row] = await storage.find(applications, { where: { tenant, owner, idempotencyKey }, limit: 1 })
  if (row !== undefined && row.contentHash !== contentHash) throw new BillfoldError('idempotency-key.reused')
  return row?.id
}
