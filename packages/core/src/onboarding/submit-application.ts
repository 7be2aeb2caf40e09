import { auditRecord } from '../audit/record.ts'
import { canonicalJson } from '../canonical-json.ts'
import { BillfoldError, type Issue } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, check, decide, insert } from '../storage/index.ts'
import { identifiers } from '../users/identifier-table.ts'
import { type ApplicationRow, sealContent } from './application.ts'
import { type Attribute, mentionsIn } from './attributes.ts'
import { fileTypes } from './file-types.ts'
import { findFiles, publicFileId, readFileId, useWrites } from './files.ts'
import { keyOfUser, type WalletActor } from './owner.ts'
import type { FileRow } from './stage-file.ts'
import { applications } from './tables.ts'
import type { CompiledTemplate, Template } from './templates.ts'

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
  { template, check: checkAttributes }: CompiledTemplate,
  actor: WalletActor,
  input: ApplicationInput,
): Promise<string> {
  const { tenant, id: owner } = actor
  const key = await keyOfUser(services, actor)
  const fingerprint = await computeFingerprint(services, actor, template, input)
  return decide(async () => {
    // A user erased concurrently must not leave data behind as a wallet without a user.
    if (key !== undefined && (await keyOfUser(services, actor))?.id !== key.id) throw new BillfoldError('user.unknown')
    const earlier = await findByIdempotencyKey(services, actor, fingerprint)
    if (earlier !== undefined) return earlier
    const referenced = mentionsIn(
      input.attributes.map(({ data }) => data.value),
      (text) => readFileId(text) !== undefined,
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
      sealedContent: await sealContent(services, { id, tenant }, { attributes: input.attributes, files: wanted }),
      ...fingerprint,
      createdAt: now,
      updatedAt: now,
    }
    await services.storage.commit(
      batch(
        insert(applications, row),
        ...useWrites(rows, now),
        ...(key === undefined ? [] : [check(identifiers, { where: { id: key.id } })]),
        auditRecord(actor, 'application.submitted', id, now),
        ...eventWrites(services, tenant, 'application.submitted', { applicationId: id, templateId: template.id }),
      ),
    )
    return id
  })
}

type Fingerprint = Pick<ApplicationRow, 'idempotencyKey' | 'contentHash'>

async function computeFingerprint(
  { lookups }: Services,
  { tenant }: WalletActor,
  template: Template,
  { attributes, files, idempotencyKey }: ApplicationInput,
): Promise<Fingerprint> {
  const content = canonicalJson({ template: template.id, attributes, files })
  return {
    contentHash: await lookups.hash('application', tenant, content),
    idempotencyKey: idempotencyKey === undefined ? null : await lookups.hash('application-key', tenant, idempotencyKey),
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
  { files: rule = {} }: Template,
  { tenant, id: owner }: WalletActor,
  wanted: readonly string[],
): Promise<{ readonly rows: readonly FileRow[]; readonly issues: readonly Issue[] }> {
  const { types = fileTypes, most = defaultMaxFiles } = rule
  if (wanted.length > most)
    return { rows: [], issues: [{ path: 'files', message: `must contain at most ${most} files` }] }
  const ids = wanted.map(readFileId).filter((id) => id !== undefined)
  const rows = await findFiles(services, { tenant, owner }, ids)
  const byId = new Map(rows.map((row) => [publicFileId(row.id), row]))
  const accepted: ReadonlySet<string> = new Set(types)
  const issues = wanted.flatMap((id): Issue[] => {
    const row = byId.get(id)
    if (row === undefined) return [{ path: 'files', message: `File ${id} does not exist` }]
    return accepted.has(row.type) ? [] : [{ path: 'files', message: `File ${id} has an unsupported type` }]
  })
  return { rows, issues }
}
