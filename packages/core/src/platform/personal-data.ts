import type { Services } from './services.ts'
import type { Table, Write } from '../kernel/storage/index.ts'

/** Key of a user. */
export interface UserKey {
  readonly tenant: string
  readonly userId: string
}

/** Erasure of the data that one module has about a user. */
export interface Erasure {
  /** Writes for the commit that erases the user. */
  readonly writes: readonly Write[]
  /** Runs after the commit, for example to delete files. If it fails, `maintain()` repeats the work. */
  readonly afterCommit?: () => Promise<void>
}

/** Export and erasure of the personal data of one module. */
export interface PersonalData {
  /** Name of the field in an export, for example `onboarding`. */
  readonly name: string
  /** The tables whose rows about the user `collect` reads and `erase` deletes or empties. */
  readonly tables: readonly Table[]
  /** Collects the data as a JSON-compatible value; undefined if there is none. */
  readonly collect: (services: Services, user: UserKey) => Promise<unknown>
  /** Prepares the erasure; called again if the commit conflicts. */
  readonly erase: (services: Services, user: UserKey) => Promise<Erasure>
}

const userColumn = /^(?:owner|subject|actor|\w*[uU]serId|(?:owner|sender|receiver|counterparty|person)Id)$/

/**
 * Returns the columns of a table that name a user or an owner. Such a table is in the `tables` of a {@link PersonalData}
 * or, with a reason, in the `personalDataExceptions` of its module.
 */
export function findUserColumns(table: Table): readonly string[] {
  return Object.keys(table.columns).filter((name) => userColumn.test(name))
}
