import type { RowOf } from '../storage/index.ts'
import { type RegistryChange, type RegistryEvent } from './registry.ts'
import type { didChanges } from './tables.ts'

type ChangeRow = RowOf<typeof didChanges>

/** Where and when a change is made. `changedAt` is in seconds. */
type Made = Pick<ChangeRow, 'tenant' | 'identity' | 'version' | 'stepId' | 'changedAt'>

/** The row of a change, with what the contract would tell of it. */
export function changeRow(change: RegistryChange, made: Made): ChangeRow {
  const none = { name: null, value: null, address: null, validTo: null }
  switch (change.kind) {
    case 'owner':
      return { ...made, ...none, kind: 'owner', address: change.newOwner }
    case 'delegate':
      return { ...made, ...delegateCells(change), validTo: made.changedAt + change.validity }
    case 'revoke-delegate':
      return { ...made, ...delegateCells(change), validTo: made.changedAt }
    case 'attribute':
      return { ...made, ...attributeCells(change), validTo: made.changedAt + change.validity }
    case 'revoke-attribute':
      return { ...made, ...attributeCells(change), validTo: 0 }
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

/** The event that a row stands for. */
export function eventOf(row: ChangeRow): RegistryEvent {
  const { version, kind } = row
  const [name, address, validTo] = [row.name ?? '', row.address ?? '', BigInt(row.validTo ?? 0)]
  if (kind === 'owner') return { kind, version, owner: address }
  return kind === 'delegate'
    ? { kind, version, delegateType: name, delegate: address, validTo }
    : { kind: 'attribute', version, name, value: row.value ?? new Uint8Array(), validTo }
}
