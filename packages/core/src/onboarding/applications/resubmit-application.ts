import { auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import type { Application } from './application.ts'
import type { Attribute } from './attributes.ts'
import { changeApplication } from './change-application.ts'
import { fileReferenceWrites } from './files.ts'
import type { CompiledTemplate } from './templates.ts'
import { statusWrites } from './transition-application.ts'
import { type SubmittedContent, validateSubmission } from './validate-submission.ts'
import type { WalletActor } from './wallet-actor.ts'

/**
 * Replaces attributes of an application that is not in review: `submitted`, or `returned_for_changes`, after which it is `submitted`
 * again. Attributes that are not given remain; files are added.
 * @throws BillfoldError `application.not-found`, `application.invalid-transition`, `template.not-found`; `input.invalid` with all issues
 */
export function resubmitApplication(
  services: Services,
  templates: ReadonlyMap<string, CompiledTemplate>,
  actor: WalletActor,
  id: string,
  submitted: SubmittedContent,
): Promise<Application> {
  const filter = { tenant: actor.tenant, owner: actor.id }
  return changeApplication(services, filter, id, async (before, now) => {
    const wasReturned = before.status === 'returned_for_changes'
    if (!wasReturned && before.status !== 'submitted') throw new BillfoldError('application.invalid-transition')
    const template = templates.get(String(before.templateId))
    if (template === undefined) throw new BillfoldError('template.not-found')
    const attributes = replaceAttributes(before.attributes, submitted.attributes)
    const files = [...new Set([...before.files, ...submitted.files])]
    const { fileIds, rows } = await validateSubmission(services, template, actor, { attributes, files })
    return {
      status: 'submitted',
      content: { ...before, attributes, files: fileIds },
      writes: [
        ...fileReferenceWrites(rows, now),
        auditWrite(actor, 'application.changed', id, now),
        ...(wasReturned ? statusWrites(services, actor, before, 'submitted', now) : []),
      ],
    }
  })
}

function replaceAttributes(before: readonly Attribute[], given: readonly Attribute[]): readonly Attribute[] {
  const byId = new Map([...before, ...given].map((attribute) => [attribute.id, attribute]))
  return [...byId.values()]
}
