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

/** Dependencies of face verification (1:1) and identification (1:N). */
export interface Faces {
  readonly services: Services
  /** Undefined if the host has configured none. */
  readonly verifier: CheckedVerifier | undefined
  readonly galleries: Galleries
}

/** Result of a comparison with a user: the outcome and the person, or why there are no templates to compare with. */
export type Comparison =
  | { readonly kind: 'compared'; readonly outcome: Outcome; readonly person: FacePerson }
  /** `not-enrolled`: no templates; `re-enrol`: no templates of the verifier's format. */
  | { readonly kind: 'not-enrolled' | 're-enrol'; readonly person: FacePerson | undefined }

/** Result of an identification. */
export type Identified =
  | { readonly kind: 'found'; readonly outcome: Outcome; readonly person: FacePerson }
  | { readonly kind: 'nobody'; readonly outcome: Outcome }

/** Returns the verifier. @throws BillfoldError `verifier.unavailable` if none is configured */
export function verifierOf({ verifier }: Faces): CheckedVerifier {
  if (verifier === undefined)
    throw new BillfoldError('verifier.unavailable', { cause: new Error('no biometric verifier is configured') })
  return verifier
}

/** Compares a face with the templates of a user (1:1). @throws BillfoldError `verifier.unavailable`, `server.busy` */
export async function compareWithUser(
  faces: Faces,
  caller: Asker,
  owner: FaceOwner,
  evidence: Evidence,
): Promise<Comparison> {
  const verifier = verifierOf(faces)
  const person = await findPerson(faces.services, owner)
  if (person === undefined || person.templates === 0) return { kind: 'not-enrolled', person }
  const templates = await loadTemplates(faces, verifier, person)
  if (templates.length === 0) return { kind: 're-enrol', person }
  return { kind: 'compared', outcome: await verifier.compare(caller, { evidence, templates }), person }
}

/**
 * Identifies a face within a community (1:N). The result is `nobody` if no person is near enough or if the match is
 * ambiguous.
 * @throws BillfoldError `verifier.unavailable`, `server.busy`
 */
export async function identify(
  faces: Faces,
  caller: Asker,
  community: string,
  evidence: Evidence,
): Promise<Identified> {
  const verifier = verifierOf(faces)
  const { tenant } = caller
  const { templates } = verifier.capabilities
  if (templates.kind === 'reference') return identifyAtVendor(faces, verifier, caller, community, evidence)
  const key = { tenant, community, format: templates.format, rowBytes: templates.bytes }
  const { gallery, personOf } = await faces.galleries.open(faces.services, key)
  const { outcome, match } = await verifier.identify(caller, { evidence, gallery })
  const personId = match?.kind === 'inline' ? personOf(match.person) : undefined
  return toIdentification(faces, outcome, tenant, community, personId)
}

async function identifyAtVendor(
  faces: Faces,
  verifier: CheckedVerifier,
  caller: Asker,
  community: string,
  evidence: Evidence,
): Promise<Identified> {
  const { services } = faces
  const { tenant } = caller
  const gallery = { kind: 'reference', collection: collectionOf(tenant, community) } as const
  const { outcome, match } = await verifier.identify(caller, { evidence, gallery })
  if (match?.kind !== 'reference') return { kind: 'nobody', outcome }
  const hash = referenceHash(tenant, community, match.reference)
  const where = { tenant, community, referenceHash: hash, removedAt: null }
  const [row] = await services.storage.find(faceTemplates, { where, limit: 1 })
  return toIdentification(faces, outcome, tenant, community, row?.personId)
}

async function toIdentification(
  { services }: Faces,
  outcome: Outcome,
  tenant: string,
  community: string,
  personId: string | undefined,
): Promise<Identified> {
  if (outcome.decision !== 'pass' || personId === undefined) return { kind: 'nobody', outcome }
  const where = { id: personId, tenant, community }
  const [person] = await services.storage.find(facePeople, { where, limit: 1 })
  const isActive = person !== undefined && (await hasActiveUser(services, person))
  return !isActive ? { kind: 'nobody', outcome } : { kind: 'found', outcome, person }
}

/** Loads a person's templates of the verifier's format. */
async function loadTemplates(
  { services }: Faces,
  { capabilities }: CheckedVerifier,
  person: FacePerson,
): Promise<Template[]> {
  const { format, kind } = capabilities.templates
  const rows = (await templatesOf(services, person.id)).filter((row) => row.format === format && row.kind === kind)
  return Promise.all(rows.map((row) => openTemplate(services, row)))
}

/** Returns false for an archived user. */
async function hasActiveUser({ storage }: Services, { tenant, userId }: FacePerson): Promise<boolean> {
  return (await storage.find(users, { where: { id: userId, tenant, archivedAt: null }, limit: 1 })).length > 0
}
