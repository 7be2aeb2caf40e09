import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { users } from '../users/table.ts'
import type { Asker, CheckedVerifier } from './checked-verifier.ts'
import { facePeople, faceTemplates } from './face-tables.ts'
import type { Galleries } from './galleries.ts'
import {
  collectionOf,
  type FaceOwner,
  type FacePerson,
  findPerson,
  openTemplate,
  referenceHash,
  templatesOf,
} from './people.ts'
import type { Evidence, Outcome, Template } from './verifier.ts'

/** What telling faces apart stands on. */
export interface Faces {
  readonly services: Services
  /** Without one, nobody can be told by their face. */
  readonly verifier: CheckedVerifier | undefined
  readonly galleries: Galleries
}

/** Whether a face is that of a user: with the person as they were then, or why there is nothing to compare with. */
export type Comparison =
  | { readonly kind: 'compared'; readonly outcome: Outcome; readonly person: FacePerson }
  /** `not-enrolled`: no template at all, and no person where there never was one; `re-enrol`: none of the verifier's format. */
  | { readonly kind: 'not-enrolled' | 're-enrol'; readonly person: FacePerson | undefined }

/** Who was found. */
export type Identified =
  | { readonly kind: 'found'; readonly outcome: Outcome; readonly person: FacePerson }
  | { readonly kind: 'nobody'; readonly outcome: Outcome }

/** The verifier. @throws BillfoldError `verifier.unavailable` */
export function verifierOf({ verifier }: Faces): CheckedVerifier {
  if (verifier === undefined)
    throw new BillfoldError('verifier.unavailable', { cause: new Error('no biometric verifier is configured') })
  return verifier
}

/** Compares a face with the templates of a user. @throws BillfoldError `verifier.unavailable`, `server.busy` */
export async function compareWithUser(
  faces: Faces,
  asker: Asker,
  owner: FaceOwner,
  evidence: Evidence,
): Promise<Comparison> {
  const verifier = verifierOf(faces)
  const person = await findPerson(faces.services, owner)
  if (person === undefined || person.templates === 0) return { kind: 'not-enrolled', person }
  const templates = await usableTemplates(faces, verifier, person)
  if (templates.length === 0) return { kind: 're-enrol', person }
  return { kind: 'compared', outcome: await verifier.compare(asker, { evidence, templates }), person }
}

/**
 * Looks for a face among all of a community. Nobody near enough, and two who are, are both nobody.
 * @throws BillfoldError `verifier.unavailable`, `server.busy`
 */
export async function identify(faces: Faces, asker: Asker, community: string, evidence: Evidence): Promise<Identified> {
  const verifier = verifierOf(faces)
  const { tenant } = asker
  const { templates } = verifier.capabilities
  if (templates.kind === 'reference') return identifyAtVendor(faces, verifier, asker, community, evidence)
  const which = { tenant, community, format: templates.format, rowBytes: templates.bytes }
  const { gallery, personOf } = await faces.galleries.open(faces.services, which)
  const { outcome, match } = await verifier.identify(asker, { evidence, gallery })
  const personId = match?.kind === 'inline' ? personOf(match.person) : undefined
  return found(faces, outcome, tenant, community, personId)
}

async function identifyAtVendor(
  faces: Faces,
  verifier: CheckedVerifier,
  asker: Asker,
  community: string,
  evidence: Evidence,
): Promise<Identified> {
  const { services } = faces
  const { tenant } = asker
  const gallery = { kind: 'reference', collection: collectionOf(tenant, community) } as const
  const { outcome, match } = await verifier.identify(asker, { evidence, gallery })
  if (match?.kind !== 'reference') return { kind: 'nobody', outcome }
  const hash = referenceHash(tenant, community, match.reference)
  const where = { tenant, community, referenceHash: hash, removedAt: null }
  const [row] = await services.storage.find(faceTemplates, { where, limit: 1 })
  return found(faces, outcome, tenant, community, row?.personId)
}

async function found(
  { services }: Faces,
  outcome: Outcome,
  tenant: string,
  community: string,
  personId: string | undefined,
): Promise<Identified> {
  if (outcome.decision !== 'pass' || personId === undefined) return { kind: 'nobody', outcome }
  const where = { id: personId, tenant, community }
  const [person] = await services.storage.find(facePeople, { where, limit: 1 })
  const isUser = person !== undefined && (await hasUser(services, person))
  return !isUser ? { kind: 'nobody', outcome } : { kind: 'found', outcome, person }
}

/** Those of a person's templates that this verifier has made, or a version of it that makes the same. */
async function usableTemplates(
  { services }: Faces,
  { capabilities }: CheckedVerifier,
  person: FacePerson,
): Promise<Template[]> {
  const { format, kind } = capabilities.templates
  const rows = (await templatesOf(services, person.id)).filter((row) => row.format === format && row.kind === kind)
  return Promise.all(rows.map((row) => openTemplate(services, row)))
}

/** A user who was archived is nobody any more. */
async function hasUser({ storage }: Services, { tenant, userId }: FacePerson): Promise<boolean> {
  return (await storage.find(users, { where: { id: userId, tenant, archivedAt: null }, limit: 1 })).length > 0
}
