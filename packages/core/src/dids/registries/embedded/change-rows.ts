import type { RowOf } from '../../../kernel/storage/index.ts'
import { type RegistryChange, type RegistryEvent } from '../registry.ts'
import type { didChanges } from './tables.ts'

type ChangeRow = RowOf<typeof didChanges>

/** The key and the time of a change; `changedAt` is in seconds since 1970. */
type ChangeKey = Pick<ChangeRow, 'tenant' | 'identity' | 'version' | 'operationId' | 'changedAt'>

/** Converts a change into a row, with the values that the contract would emit. */
export function toChangeRow(change: RegistryChange, key: ChangeKey): ChangeRow {
  const empty = { name: null, value: null, address: null, validTo: null }
  switch (change.kind) {
    case 'owner':
      return { ...key, ...empty, kind: 'owner', address: change.newOwner }
    case 'delegate':
      return { ...key, ...delegateCells(change), validTo: key.changedAt + change.validity }
    case 'revoke-delegate':
      return { ...key, ...delegateCells(change), validTo: key.changedAt }
    case 'attribute':
      return { ...key, ...attributeCells(change), validTo: key.changedAt + change.validity }
    case 'revoke-attribute':
      return { ...key, ...attributeCells(change), validTo: 0 }
  }
}

function delegateCells(change: {
  readonly delegateType: string
  readonly delegate: string
}): Pick<ChangeRow, 'kind' | 'name' | 'value' | 'address'> {
  return { kind: 'delegate', name: change.delegateType, value: null, address: change.delegate }
}

function attributeCells(change: {
  readonly name: string
  readonly value: Uint8Array
}): Pick<ChangeRow, 'kind' | 'name' | 'value' | 'address'> {
  return { kind: 'attribute', name: change.name, value: change.value, address: null }
}

/** Converts a row into the event of ERC-1056. */
export function toRegistryEvent(row: ChangeRow): RegistryEvent {
  const { version, kind } = row
  const [name, address, validTo] = [row.name ?? '', row.address ?? '', BigInt(row.validTo ?? 0)]
  if (kind === 'owner') return { kind, version, owner: address }
  return kind === 'delegate'
    ? { kind, version, delegateType: name, delegate: address, validTo }
    : { kind: 'attribute', version, name, value: row.value ?? new Uint8Array(), validTo }
}
