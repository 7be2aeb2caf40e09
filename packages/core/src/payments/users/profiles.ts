import { z } from 'zod'
import { type EncryptionContext, seal, open } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import type { RowOf } from '../../kernel/storage/index.ts'
import {
  hasBlindIndex,
  type Identifier,
  type IdentifierRow,
  listByIdentifiers,
  listIdentifiers,
  openIdentifier,
  tryIdentifierBlindIndex,
} from '../../identity/users/identifiers.ts'
import { identifiers } from '../../identity/users/identifier-table.ts'
import { users } from '../../identity/users/table.ts'
import { paymentProfiles } from '../tables.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** A row of `payment_profiles`. */
export type PaymentProfileRow = RowOf<typeof paymentProfiles>

const profileShape = z.object({
  firstName: z.string(),
  lastName: z.string(),
  address: z.string(),
  /** `YYYY-MM-DD`. */
  dob: z.string(),
})

/** The sealed part of a profile. */
export type PaymentProfile = z.output<typeof profileShape>

/** Contact details and username of a user, verified or claimed; empty strings where missing. */
export interface Contacts {
  readonly email: string
  readonly phone: string
  readonly username: string
}

/** @throws BillfoldError `user.not-found` */
export async function getPaymentProfile(
  services: Services,
  tenant: string,
  userId: string,
): Promise<PaymentProfileRow> {
  const [row] = await services.storage.find(paymentProfiles, { where: { userId, tenant }, limit: 1 })
  if (row === undefined) throw new BillfoldError('user.not-found')
  return row
}

/** Seals a profile for storage. */
export function sealPaymentProfile(
  services: Services,
  tenant: string,
  userId: string,
  profile: PaymentProfile,
): Promise<Uint8Array> {
  return seal(services.keyring, new TextEncoder().encode(JSON.stringify(profile)), encryptionContext(tenant, userId))
}

/** Opens the sealed profile of a row. */
export async function openPaymentProfile(services: Services, row: PaymentProfileRow): Promise<PaymentProfile> {
  const plain = await open(services.keyring, row.sealedProfile, encryptionContext(row.tenant, row.userId))
  return profileShape.parse(JSON.parse(new TextDecoder().decode(plain)))
}

/** Returns email, phone number and username of a user. */
export async function getContacts(services: Services, userId: string): Promise<Contacts> {
  return openContacts(services, await listIdentifiers(services, userId))
}

/** Returns the contact details of a user who has verified both an email and a phone number; otherwise undefined. */
export async function findVerifiedContacts(services: Services, userId: string): Promise<Contacts | undefined> {
  return toVerifiedContacts(services, await listIdentifiers(services, userId))
}

/**
 * Opens the contact details of a user who has verified both an email and a phone number; otherwise undefined.
 * @param all all identifiers of the user
 */
export async function toVerifiedContacts(
  services: Services,
  all: readonly IdentifierRow[],
): Promise<Contacts | undefined> {
  const rows = all.filter(({ verifiedBy }) => verifiedBy !== null)
  const isComplete = ['email', 'phone'].every((kind) => rows.some((row) => row.kind === kind))
  return isComplete ? openContacts(services, rows) : undefined
}

/** Email and phone number with the ids of the rows of a user. While those rows exist, the user has not been erased. */
export interface ContactsWithRowIds extends Pick<Contacts, 'email' | 'phone'> {
  readonly rowIds: readonly string[]
}

/** Returns the contact details of several users by user id, in one query. */
export async function listContacts(
  services: Services,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, ContactsWithRowIds>> {
  return toContactsByUser(services, await listIdentifiersOfUsers(services, userIds))
}

/** Lists the identifiers of several users, in one query. */
export async function listIdentifiersOfUsers(
  services: Services,
  userIds: readonly string[],
): Promise<readonly IdentifierRow[]> {
  const unique = [...new Set(userIds)]
  return unique.length === 0 ? [] : services.storage.find(identifiers, { where: { userId: { in: unique } } })
}

/** Opens the identifiers of several users, and returns their contact details by user id. */
export async function toContactsByUser(
  services: Services,
  rows: readonly IdentifierRow[],
): Promise<ReadonlyMap<string, ContactsWithRowIds>> {
  const userIds = [...new Set(rows.map(({ userId }) => userId))]
  const contacts = userIds.map(async (userId): Promise<[string, ContactsWithRowIds]> => {
    const own = rows.filter((row) => row.userId === userId)
    const [email, phone] = [await openFirst(services, own, 'email'), await openFirst(services, own, 'phone')]
    return [userId, { email, phone, rowIds: own.map(({ id }) => id) }]
  })
  return new Map(await Promise.all(contacts))
}

async function openContacts(services: Services, rows: readonly IdentifierRow[]): Promise<Contacts> {
  return {
    email: await openFirst(services, rows, 'email'),
    phone: await openFirst(services, rows, 'phone'),
    username: await openFirst(services, rows, 'username'),
  }
}

/** Opens the first identifier of a kind; empty if there is none. */
async function openFirst(services: Services, rows: readonly IdentifierRow[], kind: string): Promise<string> {
  const row = rows.find((candidate) => candidate.kind === kind)
  return row === undefined ? '' : openIdentifier(services, row)
}

/**
 * Returns the user who owns all of these identifiers; undefined if one of them is unknown, if they belong to
 * different users, or if none is given. A contact belongs to the user who has verified it, never to one who claims it.
 */
export async function findUserByIdentifiers(
  services: Services,
  tenant: string,
  wanted: readonly Identifier[],
): Promise<string | undefined> {
  const rows = await listByIdentifiers(services, tenant, wanted)
  const [userId, ...others] = new Set(rows.map((row) => row.userId))
  return rows.length === wanted.length && others.length === 0 ? userId : undefined
}

/**
 * Returns the profile of the user who owns all of these identifiers and can receive money; undefined for an archived
 * user and for a user without a payments profile.
 */
export async function findPayee(
  services: Services,
  tenant: string,
  wanted: readonly Identifier[],
): Promise<PaymentProfileRow | undefined> {
  const userId = await findUserByIdentifiers(services, tenant, wanted)
  if (userId === undefined) return undefined
  const { storage } = services
  const [[profile], [user]] = await Promise.all([
    storage.find(paymentProfiles, { where: { userId, tenant }, limit: 1 }),
    storage.find(users, { where: { id: userId, tenant, archivedAt: null }, limit: 1 }),
  ])
  return user === undefined ? undefined : profile
}

/**
 * Returns true if this user has the identifier, verified or claimed.
 * @param known identifiers of the user, and possibly of others, if they are read already
 */
export async function ownsIdentifier(
  services: Services,
  tenant: string,
  userId: string,
  identifier: Identifier,
  known?: readonly IdentifierRow[],
): Promise<boolean> {
  const wanted = await tryIdentifierBlindIndex(services, tenant, identifier)
  if (wanted === undefined) return false
  const rows = known ?? (await listIdentifiers(services, userId))
  return rows.some((row) => row.userId === userId && hasBlindIndex(row, wanted))
}

function encryptionContext(tenant: string, userId: string): EncryptionContext {
  return { tenant, table: paymentProfiles.name, row: userId, field: 'profile' }
}

/** The column that key rotation re-encrypts. */
export const sealedPaymentProfiles = sealedColumn(paymentProfiles, 'sealedProfile', ({ tenant, userId }) =>
  encryptionContext(tenant, userId),
)
