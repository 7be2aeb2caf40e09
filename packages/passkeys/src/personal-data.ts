import type { PersonalData } from '@billfold/core/modules'
import { remove } from '@billfold/core/storage'
import { listPasskeyRows, toPasskey } from './passkey-rows.ts'
import { passkeyChallenges, passkeyCredentials, passkeyUsers } from './tables.ts'

/** Exported as `data.passkeys`: names, dates and makes. An erasure deletes all that there is about the user. */
export const passkeysPersonalData: PersonalData = {
  name: 'passkeys',
  tables: [passkeyUsers, passkeyCredentials, passkeyChallenges],
  collect: async (services, user) => {
    const rows = await listPasskeyRows(services, user)
    if (rows.length === 0) return undefined
    const passkeys = await Promise.all(rows.map((row) => toPasskey(services, row)))
    return passkeys.map(({ name, aaguid, createdAt, lastUsedAt }) => ({
      name,
      aaguid,
      createdAt: new Date(createdAt).toISOString(),
      ...(lastUsedAt !== undefined && { lastUsedAt: new Date(lastUsedAt).toISOString() }),
    }))
  },
  // The row of the user comes first: a registration at the same time changes it too, and so is seen afterwards, or fails.
  erase: async (_, { tenant, userId }) => ({
    writes: [passkeyUsers, passkeyCredentials, passkeyChallenges].map((table) =>
      remove(table, { where: { tenant, userId }, expectedRows: 'any' }),
    ),
  }),
}
