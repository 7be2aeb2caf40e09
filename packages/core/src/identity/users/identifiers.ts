import { type EncryptionContext, seal, open } from '../../kernel/crypto/index.ts'
import { isBillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { type Insert, insert, type RowOf } from '../../kernel/storage/index.ts'
import { type IdentifierKind, normalizeIdentifier } from './normalize-identifier.ts'
import { identifiers } from './identifier-table.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** A row of the identifiers table. */
export type IdentifierRow = RowOf<typeof identifiers>

/** An identifier of a user, in any spelling. */
export interface Identifier {
  readonly kind: IdentifierKind
  /** At most 512 UTF-8 bytes. */
  readonly value: string
}

/** Kind of a contact, which somebody can claim without having it. */
export type ContactKind = Extract<IdentifierKind, 'email' | 'phone'>

/** Returns true for an email or a phone number. */
export function isContactKind(kind: string): kind is ContactKind {
  return kind === 'email' || kind === 'phone'
}

/**
 * Returns the write that adds an identifier to a user. The commit fails with a duplicate key if another user of the
 * tenant has the identifier. An unverified contact collides with nobody.
 * @param verifiedBy how the identifier was verified, or null for a claim. Unverified identifiers never link two users.
 * @throws BillfoldError `input.invalid`
 */
export async function identifierWrite(
  services: Services,
  tenant: string,
  userId: string,
  identifier: Identifier,
  verifiedBy: string | null,
): Promise<Insert> {
  return insert(identifiers, await buildIdentifierRow(services, tenant, userId, identifier, verifiedBy))
}

/** Builds the row of `identifierWrite`. @throws BillfoldError `input.invalid` */
export async function buildIdentifierRow(
  services: Services,
  tenant: string,
  userId: string,
  identifier: Identifier,
  verifiedBy: string | null,
): Promise<IdentifierRow> {
  const id = newId()
  const { kind, value } = identifier
  const blindIndex = await computeIdentifierBlindIndex(services, tenant, identifier)
  const isClaim = verifiedBy === null && isContactKind(kind)
  return {
    id,
    tenant,
    userId,
    kind,
    blindIndex: isClaim ? await computeClaimBlindIndex(services, tenant, userId, blindIndex) : blindIndex,
    claimIndex: isClaim ? blindIndex : null,
    sealedValue: await seal(services.keyring, new TextEncoder().encode(value), encryptionContext({ tenant, id })),
    verifiedBy,
    createdAt: services.now(),
  }
}

/** The blind index of an unverified contact: unique among the claims of one user. */
function computeClaimBlindIndex(
  services: Services,
  tenant: string,
  userId: string,
  contactIndex: string,
): Promise<string> {
  return services.blindIndex.hash('identifier:claim', tenant, JSON.stringify([userId, contactIndex]))
}

/** Returns true if the row holds the identifier with this blind index, verified or claimed. */
export function hasBlindIndex({ blindIndex, claimIndex }: IdentifierRow, wanted: string | undefined): boolean {
  return wanted !== undefined && (claimIndex ?? blindIndex) === wanted
}

/**
 * Lists the users who claim a contact that they have not verified, oldest claim first. Malformed contacts match nothing.
 */
export async function listClaimants(
  services: Services,
  tenant: string,
  contact: Identifier,
  limit: number,
): Promise<readonly string[]> {
  const claimIndex = await tryIdentifierBlindIndex(services, tenant, contact)
  if (claimIndex === undefined) return []
  const rows = await services.storage.find(identifiers, {
    where: { tenant, claimIndex },
    orderBy: [['id', 'asc']],
    limit,
  })
  return rows.map(({ userId }) => userId)
}

/**
 * Lists the rows of these identifiers in one read by the unique key. Malformed identifiers and contacts that nobody has
 * verified match nothing.
 * @param wanted at most 1,000 identifiers
 */
export async function listByIdentifiers(
  services: Services,
  tenant: string,
  wanted: readonly Identifier[],
): Promise<IdentifierRow[]> {
  const indexes = await Promise.all(wanted.map((identifier) => tryIdentifierBlindIndex(services, tenant, identifier)))
  const valid = indexes.filter((index) => index !== undefined)
  if (valid.length === 0) return []
  return services.storage.find(identifiers, { where: { tenant, blindIndex: { in: valid } } })
}

/** Finds the row of an identifier. Of contacts, it finds verified ones only. */
export async function findByIdentifier(
  services: Services,
  tenant: string,
  identifier: Identifier,
): Promise<IdentifierRow | undefined> {
  return (await listByIdentifiers(services, tenant, [identifier]))[0]
}

/** Lists the identifiers of a user, oldest first. */
export function listIdentifiers(services: Services, userId: string): Promise<IdentifierRow[]> {
  return services.storage.find(identifiers, { where: { userId }, orderBy: [['id', 'asc']] })
}

/** Decrypts the value of an identifier, in its original spelling. @throws BillfoldError `sealed.invalid` */
export async function openIdentifier(services: Services, row: IdentifierRow): Promise<string> {
  return new TextDecoder().decode(await open(services.keyring, row.sealedValue, encryptionContext(row)))
}

/** Computes the blind index of an identifier. @throws BillfoldError `input.invalid` */
export function computeIdentifierBlindIndex(
  services: Services,
  tenant: string,
  { kind, value }: Identifier,
): Promise<string> {
  return services.blindIndex.hash(`identifier:${kind}`, tenant, normalizeIdentifier(kind, value))
}

/** Computes the blind index of an identifier; undefined if it is malformed. */
export async function tryIdentifierBlindIndex(
  services: Services,
  tenant: string,
  identifier: Identifier,
): Promise<string | undefined> {
  try {
    return await computeIdentifierBlindIndex(services, tenant, identifier)
  } catch (error) {
    if (isBillfoldError(error, 'input.invalid')) return undefined
    throw error
  }
}

function encryptionContext({ tenant, id }: { readonly tenant: string; readonly id: string }): EncryptionContext {
  return { tenant, table: identifiers.name, row: id, field: 'value' }
}

/** The identifiers' column that is sealed with the keyring. */
export const sealedIdentifiers = sealedColumn(identifiers, 'sealedValue', encryptionContext)
