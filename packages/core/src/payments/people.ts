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

/** A profile as it is kept. */
export type ProfileRow = RowOf<typeof paymentProfiles>

const profileShape = z.object({
  firstName: z.string(),
  lastName: z.string(),
  address: z.string(),
  /** `YYYY-MM-DD`. */
  dob: z.string(),
})

/** What a profile says. */
export type Profile = z.output<typeof profileShape>

/** How a person is reached and known. */
export interface Contacts {
  readonly email: string
  readonly phone: string
  readonly username: string
}

/** @throws BillfoldError `user.unknown` */
export async function findProfile(services: Services, tenant: string, userId: string): Promise<ProfileRow> {
  const [row] = await services.storage.find(paymentProfiles, { where: { userId, tenant }, limit: 1 })
  if (row === undefined) throw new BillfoldError('user.unknown')
  return row
}

/** Seals what a profile says. */
export function sealProfile(services: Services, tenant: string, userId: string, profile: Profile): Promise<Uint8Array> {
  return seal(services.keyring, new TextEncoder().encode(JSON.stringify(profile)), place(tenant, userId))
}

/** Opens what a profile says. */
export async function openProfile(services: Services, row: ProfileRow): Promise<Profile> {
  const plain = await unseal(services.keyring, row.sealedProfile, place(row.tenant, row.userId))
  return profileShape.parse(JSON.parse(new TextDecoder().decode(plain)))
}

/** Email, phone and username of a user; empty where there is none. */
export async function contactsOf(services: Services, userId: string): Promise<Contacts> {
  return openContacts(services, await identifiersOf(services, userId))
}

/** Contacts, and the rows that they are in: as long as those are there, the user was not erased. */
export interface KeptContacts extends Contacts {
  readonly rowIds: readonly string[]
}

/** The contacts of several users, by user id, in one query. */
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
  const of = async (kind: string): Promise<string> => {
    const row = rows.find((candidate) => candidate.kind === kind)
    return row === undefined ? '' : openIdentifier(services, row)
  }
  return { email: await of('email'), phone: await of('phone'), username: await of('username') }
}

/**
 * The one user that all of these identifiers belong to; undefined where one is nobody's, or they are of several users, or none
 * is given.
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
 * The profile of the one user that all of these identifiers belong to, who can log in and get at money: undefined for a user of
 * another API, and for one who was archived.
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

/** Whether an identifier is this user's. */
export async function isOf(
  services: Services,
  tenant: string,
  userId: string,
  identifier: Identifier,
): Promise<boolean> {
  return (await personWith(services, tenant, [identifier])) === userId
}

function place(tenant: string, userId: string): Place {
  return { tenant, table: paymentProfiles.name, row: userId, field: 'profile' }
}

/** What the keyring seals here. */
export const sealedPaymentProfiles = sealedColumn(paymentProfiles, 'sealedProfile', ({ tenant, userId }) =>
  place(tenant, userId),
)
