import { createHash } from 'node:crypto'
import { type Place, seal, unseal } from '../crypto/index.ts'
import type { Services } from '../services.ts'
import type { RowOf } from '../storage/index.ts'
import { facePeople, faceTemplates } from './face-tables.ts'
import type { Template } from './verifier.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** A user's face in a community, as it is kept. */
export type FacePerson = RowOf<typeof facePeople>

/** A template, as it is kept. */
export type TemplateRow = RowOf<typeof faceTemplates>

/** Whose face: a user in a community of a tenant. */
export interface FaceOwner {
  readonly tenant: string
  readonly community: string
  readonly userId: string
}

/** The face of a user in a community, or undefined. */
export async function findPerson(services: Services, owner: FaceOwner): Promise<FacePerson | undefined> {
  const { tenant, community, userId } = owner
  const [row] = await services.storage.find(facePeople, { where: { tenant, community, userId }, limit: 1 })
  return row
}

/** The faces of a user, one in each community. */
export function peopleOf(services: Services, tenant: string, userId: string): Promise<FacePerson[]> {
  return services.storage.find(facePeople, { where: { tenant, userId }, orderBy: [['id', 'asc']] })
}

/** The templates of a person that were not removed, oldest first. */
export function templatesOf(services: Services, personId: string): Promise<TemplateRow[]> {
  return services.storage.find(faceTemplates, { where: { personId, removedAt: null }, orderBy: [['id', 'asc']] })
}

/** Seals a template. It is bound to its person: moved to another, it does not open. */
export function sealTemplate(
  services: Services,
  row: Pick<TemplateRow, 'id' | 'tenant' | 'personId' | 'community'>,
  template: Template,
): Promise<Uint8Array> {
  const plain = template.kind === 'inline' ? template.bytes : new TextEncoder().encode(template.reference)
  return seal(services.keyring, plain, place(row))
}

/** Opens a template. @throws BillfoldError `sealed.invalid` */
export async function openTemplate(services: Services, row: TemplateRow): Promise<Template> {
  const plain = await unseal(services.keyring, row.sealedTemplate ?? new Uint8Array(), place(row))
  const { format } = row
  return row.kind === 'inline'
    ? { kind: 'inline', format, bytes: plain }
    : { kind: 'reference', format, reference: new TextDecoder().decode(plain) }
}

/** What a vendor's store calls the faces of a community: 40 characters of `[a-z0-9-]`. */
export function collectionOf(tenant: string, community: string): string {
  return `billfold-${createHash('sha256')
    .update(JSON.stringify([tenant, community]))
    .digest('hex')
    .slice(0, 31)}`
}

/** What a relying party knows a face by: SHA-512 of the person's id, hexadecimal. */
export function faceKeyOf(person: Pick<FacePerson, 'id'>): string {
  return createHash('sha512').update(person.id).digest('hex')
}

/** What a template in a vendor's store is found by: the vendor's names are random, so a hash without a key tells nothing. */
export function referenceHash(tenant: string, community: string, reference: string): string {
  return createHash('sha256')
    .update(JSON.stringify([tenant, community, reference]))
    .digest('base64url')
}

function place(row: Pick<TemplateRow, 'id' | 'tenant' | 'personId' | 'community'>): Place {
  const field = `template of ${row.personId} in ${row.community}`
  return { tenant: row.tenant, table: faceTemplates.name, row: row.id, field }
}

/** What the keyring seals here. */
export const sealedTemplates = sealedColumn(faceTemplates, 'sealedTemplate', place)
