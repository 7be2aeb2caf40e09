import { BillfoldError } from '../../kernel/errors.ts'
import { check, type Write } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import { users } from '../users/table.ts'
import type { VerifierCaller, VerifierClient } from './verifier-client.ts'
import { facePeople, faceTemplates } from './face-tables.ts'
import type { GalleryCache } from './gallery-cache.ts'
import {
  toVendorCollection,
  type FaceOwner,
  type FacePersonRow,
  findFacePerson,
  openTemplate,
  computeReferenceHash,
  listFaceTemplates,
} from './face-people.ts'
import type { Evidence, VerifierOutcome, FaceTemplate } from './verifier.ts'

/** Dependencies of face verification (1:1) and identification (1:N). */
export interface FaceRecognition {
  readonly services: Services
  /** Undefined if the host has configured none. */
  readonly verifier: VerifierClient | undefined
  readonly galleries: GalleryCache
}

/** Result of a comparison with a user: the outcome and the person, or why there are no templates to compare with. */
export type FaceComparison =
  | { readonly kind: 'compared'; readonly outcome: VerifierOutcome; readonly person: FacePersonRow }
  /** `not-enrolled`: no templates; `re-enrol`: no templates of the verifier's format. */
  | { readonly kind: 'not-enrolled' | 're-enrol'; readonly person: FacePersonRow | undefined }

/** Result of an identification. */
export type FaceIdentification =
  | { readonly kind: 'found'; readonly outcome: VerifierOutcome; readonly person: FacePersonRow }
  | { readonly kind: 'no-match'; readonly outcome: VerifierOutcome }

/** Returns the verifier. @throws BillfoldError `verifier.unavailable` if none is configured */
export function requireVerifier({ verifier }: FaceRecognition): VerifierClient {
  if (verifier === undefined)
    throw new BillfoldError('verifier.unavailable', { cause: new Error('no biometric verifier is configured') })
  return verifier
}

/** Compares a face with the templates of a user (1:1). @throws BillfoldError `verifier.unavailable`, `server.busy` */
export async function compareWithUser(
  faces: FaceRecognition,
  caller: VerifierCaller,
  owner: FaceOwner,
  evidence: Evidence,
): Promise<FaceComparison> {
  const verifier = requireVerifier(faces)
  const person = await findFacePerson(faces.services, owner)
  if (person === undefined || person.templates === 0) return { kind: 'not-enrolled', person }
  const templates = await loadTemplates(faces, verifier, person)
  if (templates.length === 0) return { kind: 're-enrol', person }
  return { kind: 'compared', outcome: await verifier.compare(caller, { evidence, templates }), person }
}

/**
 * Identifies a face within a community (1:N). The result is `no-match` if no person is near enough or if the match is
 * ambiguous. The person's user may be archived: commit what follows with {@link faceUnchanged}, and treat an archived user as no match.
 * @throws BillfoldError `verifier.unavailable`, `server.busy`
 */
export async function identifyFace(
  faces: FaceRecognition,
  caller: VerifierCaller,
  community: string,
  evidence: Evidence,
): Promise<FaceIdentification> {
  const verifier = requireVerifier(faces)
  const { tenant } = caller
  const { templates } = verifier.capabilities
  if (templates.kind === 'reference') return identifyAtVendor(faces, verifier, caller, community, evidence)
  const key = { tenant, community, format: templates.format, rowBytes: templates.bytes }
  const { gallery, personIdAt } = await faces.galleries.load(faces.services, key)
  const { outcome, match } = await verifier.identify(caller, { evidence, gallery })
  const personId = match?.kind === 'inline' ? personIdAt(match.person) : undefined
  return toIdentification(faces, outcome, tenant, community, personId)
}

async function identifyAtVendor(
  faces: FaceRecognition,
  verifier: VerifierClient,
  caller: VerifierCaller,
  community: string,
  evidence: Evidence,
): Promise<FaceIdentification> {
  const { services } = faces
  const { tenant } = caller
  const gallery = { kind: 'reference', collection: toVendorCollection(tenant, community) } as const
  const { outcome, match } = await verifier.identify(caller, { evidence, gallery })
  if (match?.kind !== 'reference') return { kind: 'no-match', outcome }
  const hash = computeReferenceHash(tenant, community, match.reference)
  const where = { tenant, community, referenceHash: hash, removedAt: null }
  const [row] = await services.storage.find(faceTemplates, { where, limit: 1 })
  return toIdentification(faces, outcome, tenant, community, row?.personId)
}

async function toIdentification(
  { services }: FaceRecognition,
  outcome: VerifierOutcome,
  tenant: string,
  community: string,
  personId: string | undefined,
): Promise<FaceIdentification> {
  if (outcome.decision !== 'pass' || personId === undefined) return { kind: 'no-match', outcome }
  const where = { id: personId, tenant, community }
  const [person] = await services.storage.find(facePeople, { where, limit: 1 })
  return person === undefined ? { kind: 'no-match', outcome } : { kind: 'found', outcome, person }
}

/** Loads a person's templates of the verifier's format. */
async function loadTemplates(
  { services }: FaceRecognition,
  { capabilities }: VerifierClient,
  person: FacePersonRow,
): Promise<FaceTemplate[]> {
  const { format, kind } = capabilities.templates
  const rows = (await listFaceTemplates(services, person.id)).filter(
    (row) => row.format === format && row.kind === kind,
  )
  return Promise.all(rows.map((row) => openTemplate(services, row)))
}

/**
 * Builds the preconditions that a person's user is active, and that the templates are those that were compared: a face that is enrolled
 * concurrently must never pass as compared.
 */
export function faceUnchanged({ id, version, tenant, userId }: FacePersonRow): readonly Write[] {
  return [
    check(users, { where: { id: userId, tenant, archivedAt: null } }),
    check(facePeople, { where: { id, version } }),
  ]
}

/** Returns false for an archived user. */
export async function hasActiveUser({ storage }: Services, tenant: string, userId: string): Promise<boolean> {
  return (await storage.find(users, { where: { id: userId, tenant, archivedAt: null }, limit: 1 })).length > 0
}
