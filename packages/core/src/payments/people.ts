import { z } from 'zod'
import { type Place, seal, unseal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { RowOf } from '../storage/index.ts'
import {
  type Identifier,
  type IdentifierRow,
  findByIdentifiers,
  identifiersOf,
  openIdentifier,
} from '../users/identifiers.ts'
import { identifiers } from '../users/identifier-table.ts'
import { users } from '../users/table.ts'
import { paymentProfiles } from './tables.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** A row of `payment_profiles`. */
export type ProfileRow = RowOf<typeof paymentProfiles>

const profileShape = z.object({
  firstName: z.string(),
  lastName: z.string(),
  address: z.string(),
  /** `YYYY-MM-DD`. */
  dob: z.string(),
})

/** The sealed part of a profile. */
export type Profile = z.output<typeof profileShape>

/** Contact details and username of a user; empty strings where missing. */
export interface Contacts {
  readonly email: string
  readonly phone: string
  readonly username: string
}

/** @throws BillfoldError `user.not-found` */
export async function findProfile(services: Services, tenant: string, userId: string): Promise<ProfileRow> {
  const [row] = await services.storage.find(paymentProfiles, { where: { userId, tenant }, limit: 1 })
  if (row === undefined) throw new BillfoldError('user.unknown')
  return row
}

/** Seals a profile for storage. */
export function sealProfile(services: Services, tenant: string, userId: string, profile: Profile): Promise<Uint8Array> {
  return seal(services.keyring, new TextEncoder().encode(JSON.stringify(profile)), encryptionContext(tenant, userId))
}

/** Opens the sealed profile of a row. */
export async function openProfile(services: Services, row: ProfileRow): Promise<Profile> {
  const plain = await unseal(services.keyring, row.sealedProfile, encryptionContext(row.tenant, row.userId))
  return profileShape.parse(JSON.parse(new TextDecoder().decode(plain)))
}

/** Returns email, phone number and username of a user. */
export async function contactsOf(services: Services, userId: string): Promise<Contacts> {
  return openContacts(services, await identifiersOf(services, userId))
}

/** Contact details with the ids of their rows. While those rows exist, the user has not been erased. */
export interface KeptContacts extends Contacts {
  readonly rowIds: readonly string[]
}

/** Returns the contact details of several users by user id, in one query. */
export async function contactsOfMany(
  services: Services,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, KeptContacts>> {
  const unique = [...new Set(userIds)]
  if (unique.length === 0) return new Map()
  const rows = await services.storage.find(identifiers, { where: { userId: { in: unique } } })
  const contacts = unique.map(async (userId): Promise<[string, KeptContacts]> => {
    const own = rows.filter((row) => row.userId === userId)
    return [userId, { ...(await openContacts(services, own)), rowIds: own.map(({ id }) => id) }]
  })
  return new Map(await Promise.all(contacts))
}

async function openContacts(services: Services, rows: readonly IdentifierRow[]): Promise<Contacts> {
  const valueOf = async (kind: string): Promise<string> => {
    const row = rows.find((candidate) => candidate.kind === kind)
    return row === undefined ? '' : openIdentifier(services, row)
  }
  return { email: await valueOf('email'), phone: await valueOf('phone'), username: await valueOf('username') }
}

/**
 * Returns the user who owns all of these identifiers; undefined if one of them is unknown, if they belong to
 * different users, or if none is given.
 */
export async function personWith(
  services: Services,
  tenant: string,
  wanted: readonly Identifier[],
): Promise<string | undefined> {
  const rows = await findByIdentifiers(services, tenant, wanted)
  const [userId, ...others] = new Set(rows.map((row) => row.userId))
  return rows.length === wanted.length && others.length === 0 ? userId : undefined
}

/**
 * Returns the profile of the user who owns all of these identifiers and can receive money; undefined for an archived
 * user and for a user without a payments profile.
 */
export async function payee(
  services: Services,
  tenant: string,
  wanted: readonly Identifier[],
): Promise<ProfileRow | undefined> {
  const userId = await personWith(services, tenant, wanted)
  if (userId === undefined) return undefined
  const { storage } = services
  const [[profile], [user]] = await Promise.all([
    storage.find(paymentProfiles, { where: { userId, tenant }, limit: 1 }),
    storage.find(users, { where: { id: userId, tenant, archivedAt: null }, limit: 1 }),
  ])
  return user === undefined ? undefined : profile
}

/** Returns true if the identifier belongs to this user. */
export async function isOf(
  services: Services,
  tenant: string,
  userId: string,
  identifier: Identifier,
): Promise<boolean> {
  return (await personWith(services, tenant, [identifier])) === userId
}

function encryptionContext(tenant: string, userId: string): Place {
  return { tenant, table: paymentProfiles.name, row: userId, field: 'profile' }
}

/** The column that key rotation re-encrypts. */
export const sealedPaymentProfiles = sealedColumn(paymentProfiles, 'sealedProfile', ({ tenant, userId }) =>
  encryptionContext(tenant, userId),
)
