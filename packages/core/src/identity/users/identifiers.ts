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

/**
 * Returns the write that adds an identifier to a user. The commit fails with a duplicate key if another user of the
 * tenant has the identifier.
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
  const id = newId()
  const { kind, value } = identifier
  return insert(identifiers, {
    id,
    tenant,
    userId,
    kind,
    blindIndex: await computeIdentifierBlindIndex(services, tenant, identifier),
    sealedValue: await seal(services.keyring, new TextEncoder().encode(value), encryptionContext({ tenant, id })),
    verifiedBy,
    createdAt: services.now(),
  })
}

/**
 * Lists the rows of these identifiers in one read by the unique key. Malformed identifiers match nothing.
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

/** Finds the row of an identifier. */
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
