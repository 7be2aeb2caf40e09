import { type Place, seal, unseal } from '../crypto/index.ts'
import { isBillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { type Insert, insert, type RowOf } from '../storage/index.ts'
import { type IdentifierKind, oneForm } from './identifier-forms.ts'
import { identifiers } from './identifier-table.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** An identifier as it is kept. */
export type IdentifierRow = RowOf<typeof identifiers>

/** An identifier as people write it. */
export interface Identifier {
  readonly kind: IdentifierKind
  readonly value: string
}

/**
 * The write that gives a user an identifier; it belongs in the commit of the act that does. Refused as a duplicate when
 * anybody of the tenant has it. `verifiedBy` says how it was shown to be the user's, null that it was not: an identifier
 * that nobody verified never joins two users.
 * @throws BillfoldError `input.invalid`
 */
export async function identifierRow(
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
    lookup: await lookupOf(services, tenant, identifier),
    sealedValue: await seal(services.keyring, new TextEncoder().encode(value), place({ tenant, id })),
    verifiedBy,
    createdAt: services.now(),
  })
}

/**
 * Those of these identifiers that users of the tenant have, in one query, which uses the unique key. What cannot be an
 * identifier of its kind is nobody's. At most 1,000.
 */
export async function findByIdentifiers(
  services: Services,
  tenant: string,
  wanted: readonly Identifier[],
): Promise<IdentifierRow[]> {
  const lookups = await Promise.all(wanted.map((identifier) => lookupOrNone(services, tenant, identifier)))
  const known = lookups.filter((lookup) => lookup !== undefined)
  if (known.length === 0) return []
  return services.storage.find(identifiers, { where: { tenant, lookup: { in: known } } })
}

/** The row of one identifier, or undefined when nobody has it. */
export async function findByIdentifier(
  services: Services,
  tenant: string,
  identifier: Identifier,
): Promise<IdentifierRow | undefined> {
  return (await findByIdentifiers(services, tenant, [identifier]))[0]
}

/** All identifiers of a user, oldest first. */
export function identifiersOf(services: Services, userId: string): Promise<IdentifierRow[]> {
  return services.storage.find(identifiers, { where: { userId }, orderBy: [['id', 'asc']] })
}

/** The value as it was given. @throws BillfoldError `sealed.invalid` */
export async function openIdentifier(services: Services, row: IdentifierRow): Promise<string> {
  return new TextDecoder().decode(await unseal(services.keyring, row.sealedValue, place(row)))
}

/** The keyed hash that an identifier is found by. @throws BillfoldError `input.invalid` */
export function lookupOf(services: Services, tenant: string, { kind, value }: Identifier): Promise<string> {
  return services.lookups.hash(`identifier:${kind}`, tenant, oneForm(kind, value))
}

async function lookupOrNone(services: Services, tenant: string, identifier: Identifier): Promise<string | undefined> {
  try {
    return await lookupOf(services, tenant, identifier)
  } catch (error) {
    if (isBillfoldError(error, 'input.invalid')) return undefined
    throw error
  }
}

function place({ tenant, id }: { readonly tenant: string; readonly id: string }): Place {
  return { tenant, table: identifiers.name, row: id, field: 'value' }
}

/** What the keyring seals here. */
export const sealedIdentifiers = sealedColumn(identifiers, 'sealedValue', place)
