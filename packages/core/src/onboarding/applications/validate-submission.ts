import { BillfoldError, type Issue } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { type Attribute, collectAttributeReferences, isDocumentReference } from './attributes.ts'
import { fileTypes } from './file-types.ts'
import { listFiles, parseFileId, toPublicFileId } from './files.ts'
import type { FileRow } from './stage-file.ts'
import type { ApplicationTemplate, CompiledTemplate } from './templates.ts'
import { maxAttributesBytes } from './value-limits.ts'
import type { WalletActor } from './wallet-actor.ts'

/** What an applicant submits. */
export interface SubmittedContent {
  readonly attributes: readonly Attribute[]
  /** Public ids of files uploaded earlier, in addition to those that the attributes reference. */
  readonly files: readonly string[]
}

/** Maximum files per application if the template sets no limit. */
const defaultMaxFiles = 20

/**
 * Validates a submission against its template.
 * @param found issues that were found before, to be reported with the others
 * @returns the public ids and the rows of all files that it references
 * @throws BillfoldError `input.invalid` with all issues
 */
export async function validateSubmission(
  services: Services,
  { template, validate }: CompiledTemplate,
  actor: WalletActor,
  { attributes, files }: SubmittedContent,
  found: readonly Issue[] = [],
): Promise<{ readonly fileIds: readonly string[]; readonly rows: readonly FileRow[] }> {
  assertAttributesSize(attributes)
  const referenced = collectAttributeReferences(attributes, (text) => parseFileId(text) !== undefined)
  const fileIds = [...new Set([...files, ...referenced])]
  const { rows, issues } = await resolveFiles(services, template, actor, fileIds)
  const problems = [...found, ...validate(attributes), ...listUnsentDocuments(attributes), ...issues]
  if (problems.length > 0) throw new BillfoldError('input.invalid', { issues: problems })
  return { fileIds, rows }
}

/** Several changes, and numbers such as 1e20, can make more of attributes than one body holds. @throws BillfoldError `input.invalid` */
function assertAttributesSize(attributes: readonly Attribute[]): void {
  if (Buffer.byteLength(JSON.stringify(attributes)) <= maxAttributesBytes) return
  const message = `must have at most ${maxAttributesBytes} bytes together`
  throw new BillfoldError('input.invalid', { issues: [{ path: 'attributes', message }] })
}

/** An application references uploaded files. A `$document-…` has no part that it could mean. */
function listUnsentDocuments(attributes: readonly Attribute[]): readonly Issue[] {
  const names = [...collectAttributeReferences(attributes, isDocumentReference)].slice(0, 20)
  return names.map((name) => ({ path: name.slice(0, 128), message: 'is missing' }))
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
