import {
  bigint,
  boolean,
  bytes,
  defineTable,
  integer,
  nullable,
  text,
  wideInteger,
  type RowOf,
  type Table,
} from '@billfold/core/storage'

/** One column of every type. */
export const accounts = defineTable({
  name: 'conformanceAccounts',
  columns: {
    id: text(36),
    owner: text(80),
    nickname: nullable(text(80)),
    balance: bigint(),
    visits: integer(),
    score: nullable(integer()),
    reserve: nullable(bigint()),
    active: boolean(),
    verified: nullable(boolean()),
    tag: nullable(bytes(16)),
    photo: nullable(bytes()),
    biography: nullable(text()),
  },
  key: ['id'],
  unique: { byNickname: ['nickname'], byTag: ['tag'] },
  indexes: { byOwner: ['owner', 'visits'] },
})

/** Single-use values. */
export const nonces = defineTable({
  name: 'conformanceNonces',
  columns: { value: text(64), usedBy: nullable(text(64)) },
  key: ['value'],
})

/** Composite keys. */
export const entries = defineTable({
  name: 'conformanceEntries',
  columns: { account: text(36), position: integer(), amount: bigint(), reference: nullable(text(64)) },
  key: ['account', 'position'],
  unique: { byReference: ['account', 'reference'] },
  indexes: { byAmount: ['amount'] },
})

/** Integers wider than 64 bits: as primary key, indexed, and in a nullable unique key. */
export const tokens = defineTable({
  name: 'conformanceTokens',
  columns: { number: wideInteger(), supply: wideInteger(), ceiling: nullable(wideInteger()), label: text(40) },
  key: ['number'],
  unique: { byCeiling: ['ceiling'] },
  indexes: { bySupply: ['supply', 'label'] },
})

/** The tables of the storage suite. A storage under test must have them, empty. */
export const conformanceTables: readonly Table[] = [accounts, nonces, entries, tokens]

/** Creates an `accounts` row from the given cells and defaults. */
export function createAccountRow(
  cells: Partial<RowOf<typeof accounts>> & { readonly id: string },
): RowOf<typeof accounts> {
  return {
    owner: 'nobody',
    nickname: null,
    balance: 0n,
    visits: 0,
    score: null,
    reserve: null,
    active: false,
    verified: null,
    tag: null,
    photo: null,
    biography: null,
    ...cells,
  }
}

/** Creates a `tokens` row from the given cells and defaults. */
export function createTokenRow(
  cells: Partial<RowOf<typeof tokens>> & { readonly number: bigint },
): RowOf<typeof tokens> {
  return { supply: 0n, ceiling: null, label: '', ...cells }
}
