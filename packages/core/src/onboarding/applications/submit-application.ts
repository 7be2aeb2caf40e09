import { auditWrite } from '../../platform/audit/audit-write.ts'
import { canonicalizeJson } from '../../kernel/canonical-json.ts'
import { BillfoldError, type Issue } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { batch, check, retryOnConflict, insert } from '../../kernel/storage/index.ts'
import { identifiers } from '../../identity/users/identifier-table.ts'
import { type ApplicationRow, sealApplicationContent } from './application.ts'
import { type Attribute, collectReferences } from './attributes.ts'
import { fileTypes } from './file-types.ts'
import { listFiles, toPublicFileId, parseFileId, fileReferenceWrites } from './files.ts'
import { findWalletKeyIdentifier, type WalletActor } from './wallet-actor.ts'
import type { FileRow } from './stage-file.ts'
import { applications } from './tables.ts'
import type { CompiledTemplate, ApplicationTemplate } from './templates.ts'

/** Input of an application. */
export interface ApplicationInput {
  readonly attributes: readonly Attribute[]
  /** Public ids of files uploaded earlier, in addition to those that the attributes reference. */
  readonly files: readonly string[]
  readonly idempotencyKey?: string | undefined
}

/** Maximum files per application if the template sets no limit. */
const defaultMaxFiles = 20

/**
 * Submits an application. A repeated submission with the same idempotency key returns the id of the first one.
 * @returns the application id
 * @throws BillfoldError `input.invalid` with all issues, `idempotency-key.reused`, `user.not-found` if the wallet's user was erased concurrently
 */
export async function submitApplication(
  services: Services,
  { template, validate: checkAttributes }: CompiledTemplate,
  actor: WalletActor,
  input: ApplicationInput,
): Promise<string> {
  const { tenant, id: owner } = actor
  const key = await findWalletKeyIdentifier(services, actor)
  const fingerprint = await computeFingerprint(services, actor, template, input)
  return retryOnConflict(async () => {
    // A user erased concurrently must not leave data behind as a wallet without a user.
    if (key !== undefined && (await findWalletKeyIdentifier(services, actor))?.id !== key.id)
      throw new BillfoldError('user.not-found')
    const earlier = await findByIdempotencyKey(services, actor, fingerprint)
    if (earlier !== undefined) return earlier
    const referenced = collectReferences(
      input.attributes.map(({ data }) => data.value),
      (text) => parseFileId(text) !== undefined,
    )
    const wanted = [...new Set([...input.files, ...referenced])]
    const { rows, issues } = await resolveFiles(services, template, actor, wanted)
    const problems = [...checkAttributes(input.attributes), ...issues]
    if (problems.length > 0) throw new BillfoldError('input.invalid', { issues: problems })
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
        { attributes: input.attributes, files: wanted },
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

/** Resolves file ids to rows and reports issues. Files of other wallets are reported like missing ones. */
async function resolveFiles(
  services: Services,
  { files: rule = {} }: ApplicationTemplate,
  { tenant, id: owner }: WalletActor,
  wanted: readonly string[],
): Promise<{ readonly rows: readonly FileRow[]; readonly issues: readonly Issue[] }> {
  const { types = fileTypes, maxCount = defaultMaxFiles } = rule
  if (wanted.length > maxCount)
    return { rows: [], issues: [{ path: 'files', message: `must contain at most ${maxCount} files` }] }
  const ids = wanted.map(parseFileId).filter((id) => id !== undefined)
  const rows = await listFiles(services, { tenant, owner }, ids)
  const byId = new Map(rows.map((row) => [toPublicFileId(row.id), row]))
  const accepted: ReadonlySet<string> = new Set(types)
  const issues = wanted.flatMap((id): Issue[] => {
    const row = byId.get(id)
    if (row === undefined) return [{ path: 'files', message: `File ${id} does not exist` }]
    return accepted.has(row.type) ? [] : [{ path: 'files', message: `File ${id} has an unsupported type` }]
  })
  return { rows, issues }
}
