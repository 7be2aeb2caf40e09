import { type BillfoldOptions, isBillfoldError } from '@billfold/core'
import type { Table } from '@billfold/core/storage'
import { credentials } from '@billfold/credentials'
import { passkeys } from '@billfold/passkeys'
import { risk } from '@billfold/risk'

/**
 * The module of passkeys, to list and delete them. The relying party is the host's; only ceremonies need it, and the command line has
 * none.
 */
export function passkeysOfHost() {
  return passkeys({ rpId: 'localhost', rpName: 'Command line', origins: ['http://localhost'] })
}

/** Lists the published modules whose tables the host has migrated. */
export async function listInstalledModules({ storage }: Pick<BillfoldOptions, 'storage'>) {
  const known = [passkeysOfHost(), risk(), credentials({})] as const
  const isInstalled = await Promise.all(known.map(({ tables }) => hasTables(storage, tables)))
  return known.filter((_, index) => isInstalled[index])
}

async function hasTables(storage: BillfoldOptions['storage'], tables: readonly Table[]): Promise<boolean> {
  const [table] = tables
  if (table === undefined) return true
  try {
    await storage.find(table, { limit: 1 })
    return true
  } catch (error) {
    if (isBillfoldError(error, 'storage.schema-mismatch')) return false
    throw error
  }
}
