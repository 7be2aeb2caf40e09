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

/** What an applicant sends. */
export interface ApplicationInput {
  readonly attributes: readonly Attribute[]
  /** The ids of files sent before, beside those that the attributes name. */
  readonly files: readonly string[]
  readonly idempotencyKey?: string | undefined
}

/** Files of one application, unless its template says otherwise. */
const mostFiles = 20

/**
 * Submits an application. The same one under the same idempotency key is made once, and answered alike.
 * @returns its id
 * @throws BillfoldError `input.invalid` with all that is wrong, `idempotency-key.reused`, `user.unknown` when the wallet's user was
 *   erased meanwhile
 */
export async function submitApplication(
  services: Services,
  { template, check: checkAttributes }: CompiledTemplate,
  actor: WalletActor,
  input: ApplicationInput,
): Promise<string> {
  const { tenant, id: owner } = actor
  const key = await keyOfUser(services, actor)
  const sameness = await samenessOf(services, actor, template, input)
  return decide(async () => {
    // Whoever is erased meanwhile leaves nothing behind, nor as a wallet without a user.
    if (key !== undefined && (await keyOfUser(services, actor))?.id !== key.id) throw new BillfoldError('user.unknown')
    const earlier = await earlierOne(services, actor, sameness)
    if (earlier !== undefined) return earlier
    const mentioned = mentionsIn(
      input.attributes.map(({ data }) => data.value),
      (text) => readFileId(text) !== undefined,
    )
    const wanted = [...new Set([...input.files, ...mentioned])]
    const { rows, issues } = await filesFor(services, template, actor, wanted)
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
      ...sameness,
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

type Sameness = Pick<ApplicationRow, 'idempotencyKey' | 'contentHash'>

async function samenessOf(
  { lookups }: Services,
  { tenant }: WalletActor,
  template: Template,
  { attributes, files, idempotencyKey }: ApplicationInput,
): Promise<Sameness> {
  const content = canonicalJson({ template: template.id, attributes, files })
  return {
    contentHash: await lookups.hash('application', tenant, content),
    idempotencyKey: idempotencyKey === undefined ? null : await lookups.hash('application-key', tenant, idempotencyKey),
  }
}

async function earlierOne(
  { storage }: Services,
  { tenant, id: owner }: WalletActor,
  { idempotencyKey, contentHash }: Sameness,
): Promise<string | undefined> {
  if (idempotencyKey === null) return undefined
  const [row] = await storage.find(applications, { where: { tenant, owner, idempotencyKey }, limit: 1 })
  if (row !== undefined && row.contentHash !== contentHash) throw new BillfoldError('idempotency-key.reused')
  return row?.id
}

/** The files that are meant, and what is wrong with them: another wallet's file is as unknown as one that is not there. */
async function filesFor(
  services: Services,
  { files: rule = {} }: Template,
  { tenant, id: owner }: WalletActor,
  wanted: readonly string[],
): Promise<{ readonly rows: readonly FileRow[]; readonly issues: readonly Issue[] }> {
  const { types = fileTypes, most = mostFiles } = rule
  if (wanted.length > most) return { rows: [], issues: [{ path: 'files', message: `are at most ${most}` }] }
  const ids = wanted.map(readFileId).filter((id) => id !== undefined)
  const rows = await findFiles(services, { tenant, owner }, ids)
  const byId = new Map(rows.map((row) => [publicFileId(row.id), row]))
  const taken: ReadonlySet<string> = new Set(types)
  const issues = wanted.flatMap((id): Issue[] => {
    const row = byId.get(id)
    if (row === undefined) return [{ path: 'files', message: `There is no file ${id}` }]
    return taken.has(row.type) ? [] : [{ path: 'files', message: `The file ${id} is of a type that is not taken` }]
  })
  return { rows, issues }
}
