import { createHash } from 'node:crypto'
import { type EncryptionContext, seal, open } from '../../kernel/crypto/index.ts'
import type { Services } from '../../platform/services.ts'
import type { RowOf } from '../../kernel/storage/index.ts'
import { facePeople, faceTemplates } from './face-tables.ts'
import type { FaceTemplate } from './verifier.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** A row of the enrolled persons table. */
export type FacePersonRow = RowOf<typeof facePeople>

/** A row of the face templates table. */
export type FaceTemplateRow = RowOf<typeof faceTemplates>

/** Owner of a face: a user in a community of a tenant. */
export interface FaceOwner {
  readonly tenant: string
  readonly community: string
  readonly userId: string
}

/** Finds the enrolled person of a user in a community. */
export async function findFacePerson(services: Services, owner: FaceOwner): Promise<FacePersonRow | undefined> {
  const { tenant, community, userId } = owner
  const [row] = await services.storage.find(facePeople, { where: { tenant, community, userId }, limit: 1 })
  return row
}

/** Lists the enrolled persons of a user, one per community. */
export function listFacePeople(services: Services, tenant: string, userId: string): Promise<FacePersonRow[]> {
  return services.storage.find(facePeople, { where: { tenant, userId }, orderBy: [['id', 'asc']] })
}

/** Lists the templates of a person, without removed ones, oldest first. */
export function listFaceTemplates(services: Services, personId: string): Promise<FaceTemplateRow[]> {
  return services.storage.find(faceTemplates, { where: { personId, removedAt: null }, orderBy: [['id', 'asc']] })
}

/** Seals a template, bound to its person: it cannot be opened in the row of another one. */
export function sealTemplate(
  services: Services,
  row: Pick<FaceTemplateRow, 'id' | 'tenant' | 'personId' | 'community'>,
  template: FaceTemplate,
): Promise<Uint8Array> {
  const plain = template.kind === 'inline' ? template.bytes : new TextEncoder().encode(template.reference)
  return seal(services.keyring, plain, encryptionContext(row))
}

/** Opens a template. @throws BillfoldError `sealed.invalid` */
export async function openTemplate(services: Services, row: FaceTemplateRow): Promise<FaceTemplate> {
  const plain = await open(services.keyring, row.sealedTemplate ?? new Uint8Array(), encryptionContext(row))
  const { format } = row
  return row.kind === 'inline'
    ? { kind: 'inline', format, bytes: plain }
    : { kind: 'reference', format, reference: new TextDecoder().decode(plain) }
}

/** Returns the collection name of a community in a vendor's store: 40 characters of `[a-z0-9-]`. */
export function toVendorCollection(tenant: string, community: string): string {
  return `billfold-${createHash('sha256')
    .update(JSON.stringify([tenant, community]))
    .digest('hex')
    .slice(0, 31)}`
}

/** Computes the face key for relying parties: SHA-512 of the person's id, hex. */
export function computeFaceKey(person: Pick<FacePersonRow, 'id'>): string {
  return createHash('sha512').update(person.id).digest('hex')
}

/** Hashes a vendor's template reference for lookup. References are random, so an unkeyed hash reveals nothing. */
export function computeReferenceHash(tenant: string, community: string, reference: string): string {
  return createHash('sha256')
    .update(JSON.stringify([tenant, community, reference]))
    .digest('base64url')
}

function encryptionContext(row: Pick<FaceTemplateRow, 'id' | 'tenant' | 'personId' | 'community'>): EncryptionContext {
  const field = `template of ${row.personId} in ${row.community}`
  return { tenant: row.tenant, table: faceTemplates.name, row: row.id, field }
}

/** The templates' column that is sealed with the keyring. */
export const sealedTemplates = sealedColumn(faceTemplates, 'sealedTemplate', encryptionContext)
