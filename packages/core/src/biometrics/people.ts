import { createHash } from 'node:crypto'
import { type Place, seal, unseal } from '../crypto/index.ts'
import type { Services } from '../services.ts'
import type { RowOf } from '../storage/index.ts'
import { facePeople, faceTemplates } from './face-tables.ts'
import type { Template } from './verifier.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** A row of the enrolled persons table. */
export type FacePerson = RowOf<typeof facePeople>

/** A row of the face templates table. */
export type TemplateRow = RowOf<typeof faceTemplates>

/** Owner of a face: a user in a community of a tenant. */
export interface FaceOwner {
  readonly tenant: string
  readonly community: string
  readonly userId: string
}

/** Finds the enrolled person of a user in a community. */
export async function findPerson(services: Services, owner: FaceOwner): Promise<FacePerson | undefined> {
  const { tenant, community, userId } = owner
  const [row] = await services.storage.find(facePeople, { where: { tenant, community, userId }, limit: 1 })
  return row
}

/** Lists the enrolled persons of a user, one per community. */
export function peopleOf(services: Services, tenant: string, userId: string): Promise<FacePerson[]> {
  return services.storage.find(facePeople, { where: { tenant, userId }, orderBy: [['id', 'asc']] })
}

/** Lists the templates of a person, without removed ones, oldest first. */
export function templatesOf(services: Services, personId: string): Promise<TemplateRow[]> {
  return services.storage.find(faceTemplates, { where: { personId, removedAt: null }, orderBy: [['id', 'asc']] })
}

/** Seals a template, bound to its person: it cannot be opened in the row of another one. */
export function sealTemplate(
  services: Services,
  row: Pick<TemplateRow, 'id' | 'tenant' | 'personId' | 'community'>,
  template: Template,
): Promise<Uint8Array> {
  const plain = template.kind === 'inline' ? template.bytes : new TextEncoder().encode(template.reference)
  return seal(services.keyring, plain, encryptionContext(row))
}

/** Opens a template. @throws BillfoldError `sealed.invalid` */
export async function openTemplate(services: Services, row: TemplateRow): Promise<Template> {
  const plain = await unseal(services.keyring, row.sealedTemplate ?? new Uint8Array(), encryptionContext(row))
  const { format } = row
  return row.kind === 'inline'
    ? { kind: 'inline', format, bytes: plain }
    : { kind: 'reference', format, reference: new TextDecoder().decode(plain) }
}

/** Returns the collection name of a community in a vendor's store: 40 characters of `[a-z0-9-]`. */
export function collectionOf(tenant: string, community: string): string {
  return `billfold-${createHash('sha256')
    .update(JSON.stringify([tenant, community]))
    .digest('hex')
    .slice(0, 31)}`
}

/** Computes the face key for relying parties: SHA-512 of the person's id, hex. */
export function faceKeyOf(person: Pick<FacePerson, 'id'>): string {
  return createHash('sha512').update(person.id).digest('hex')
}

/** Hashes a vendor's template reference for lookup. References are random, so an unkeyed hash reveals nothing. */
export function referenceHash(tenant: string, community: string, reference: string): string {
  return createHash('sha256')
    .update(JSON.stringify([tenant, community, reference]))
    .digest('base64url')
}

function encryptionContext(row: Pick<TemplateRow, 'id' | 'tenant' | 'personId' | 'community'>): Place {
  const field = `template of ${row.personId} in ${row.community}`
  return { tenant: row.tenant, table: faceTemplates.name, row: row.id, field }
}

/** The templates' column that is sealed with the keyring. */
export const sealedTemplates = sealedColumn(faceTemplates, 'sealedTemplate', encryptionContext)
