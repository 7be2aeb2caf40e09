import type { IdentityServices } from '../../../identity/services.ts'
import { z } from 'zod'
import { enrolmentWrites } from '../../../identity/biometrics/enrolment.ts'
import { type FacePersonRow, findFacePerson } from '../../../identity/biometrics/face-people.ts'
import type { FaceTemplate } from '../../../identity/biometrics/verifier.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { Write } from '../../../kernel/storage/index.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import { deleteSessionValueWrite, findSessionJson, saveSessionJsonWrites } from '../session-values.ts'
import type { SessionRow } from '../session.ts'

/** Builds the writes that store templates with their session until the PIN step. */
export function savePendingEnrolmentWrites(
  services: IdentityServices,
  session: SessionRow,
  templates: readonly FaceTemplate[],
  person: FacePersonRow | undefined,
): Promise<readonly Write[]> {
  const pending = { templates: templates.map(toJson), person: person?.id ?? null, version: person?.version ?? 0 }
  return saveSessionJsonWrites(services, session, 'templates', pending)
}

/**
 * Builds the writes that enrol the templates stored until the PIN step. Returns none unless the session's purpose is `enroll`.
 * @throws BillfoldError `storage.conflict` if the user's face has changed since the face step
 */
export async function pendingEnrolmentWrites(
  services: IdentityServices,
  actor: Actor,
  session: SessionRow,
): Promise<readonly Write[]> {
  if (session.purpose !== 'enroll') return []
  const { templates, person, version } = pendingTemplatesSchema.parse(
    await findSessionJson(services, session, 'templates'),
  )
  const owner = { tenant: session.tenant, community: session.community, userId: session.userId ?? '' }
  const current = await findFacePerson(services, owner)
  const isUnchanged = person === null ? current === undefined : current?.id === person && current.version === version
  if (!isUnchanged) throw new BillfoldError('storage.conflict')
  return [
    ...(await enrolmentWrites(services, actor, owner, current, templates.map(fromJson))),
    deleteSessionValueWrite(session, 'templates'),
  ]
}

const pendingTemplatesSchema = z.object({
  templates: z.array(z.object({ kind: z.enum(['inline', 'reference']), format: z.string(), value: z.string() })),
  person: z.string().nullable(),
  version: z.int(),
})

type PendingTemplate = z.output<typeof pendingTemplatesSchema>['templates'][number]

function toJson(template: FaceTemplate): PendingTemplate {
  const { kind, format } = template
  const value = kind === 'inline' ? Buffer.from(template.bytes).toString('base64') : template.reference
  return { kind, format, value }
}

function fromJson({ kind, format, value }: PendingTemplate): FaceTemplate {
  return kind === 'inline'
    ? { kind, format, bytes: Uint8Array.from(Buffer.from(value, 'base64')) }
    : { kind, format, reference: value }
}
