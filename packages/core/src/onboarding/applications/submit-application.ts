import { auditWrite } from '../../platform/audit/audit-write.ts'
import { canonicalizeJson } from '../../kernel/canonical-json.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { batch, check, retryOnConflict, insert, type Write } from '../../kernel/storage/index.ts'
import { identifiers } from '../../identity/users/identifier-table.ts'
import { applyEvidence, type EvidencedSubmission } from '../presentations/apply-evidence.ts'
import type { EvidenceSource } from '../presentations/evidence-source.ts'
import { type Application, type ApplicationRow, sealApplicationContent } from './application.ts'
import { fileReferenceWrites } from './files.ts'
import { findWalletKeyIdentifier, type WalletActor } from './wallet-actor.ts'
import { applications } from './tables.ts'
import type { CompiledTemplate, ApplicationTemplate } from './templates.ts'
import { statusWrites } from './transition-application.ts'
import { type SubmittedContent, validateSubmission } from './validate-submission.ts'

/** Input of an application. */
export interface ApplicationInput extends SubmittedContent {
  readonly idempotencyKey?: string | undefined
  /** Evidence to use, and where it is from. */
  readonly evidence?: { readonly source: EvidenceSource; readonly ids: readonly string[] } | undefined
}

/**
 * Submits an application. A repeated submission with the same idempotency key returns the id of the first one.
 * @returns the application id
 * @throws BillfoldError `input.invalid` with all issues, `idempotency-key.reused`, `evidence.not-found`, `evidence.used`, `user.not-found` if the wallet's user was erased concurrently
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
    const { attributes, issues } = await fillIn(template, actor, input)
    const submitted = { attributes, files: input.files }
    const { fileIds, rows } = await validateSubmission(services, compiled, actor, submitted, issues)
    const id = newId()
    const now = services.now()
    const content = { attributes, files: fileIds }
    const application = {
      ...content,
      id,
      templateId: template.id,
      status: 'submitted',
      createdAt: now,
      updatedAt: now,
    } as const
    const isApproved = template.approve?.(application) === true
    const row: ApplicationRow = {
      id,
      tenant,
      owner,
      template: JSON.stringify(template.id),
      status: isApproved ? 'approved' : 'submitted',
      sealedContent: await sealApplicationContent(services, { id, tenant }, content),
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
        ...(isApproved ? approvalWrites(services, actor, application, now) : []),
        ...(input.evidence?.source.useWrites(actor, input.evidence.ids, id, now) ?? []),
      ),
    )
    return id
  })
}

/** Fills in what was presented. @throws BillfoldError `evidence.not-found`, `evidence.used` */
async function fillIn(
  template: ApplicationTemplate,
  actor: WalletActor,
  { attributes, evidence }: ApplicationInput,
): Promise<EvidencedSubmission> {
  if (evidence === undefined) return { attributes, issues: [] }
  return applyEvidence(template, attributes, await evidence.source.open(actor, evidence.ids, template.id))
}

/** An approval at once takes the same steps as one by a reviewer. */
function approvalWrites(
  services: Services,
  actor: WalletActor,
  application: Application,
  now: number,
): readonly Write[] {
  return [
    ...statusWrites(services, actor, application, 'in_review', now),
    ...statusWrites(services, actor, { ...application, status: 'in_review' }, 'approved', now),
  ]
}

type Fingerprint = Pick<ApplicationRow, 'idempotencyKey' | 'contentHash'>

async function computeFingerprint(
  { blindIndex }: Services,
  { tenant }: WalletActor,
  template: ApplicationTemplate,
  { attributes, files, idempotencyKey, evidence }: ApplicationInput,
): Promise<Fingerprint> {
  const content = canonicalizeJson({ template: template.id, attributes, files, presentations: evidence?.ids })
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
