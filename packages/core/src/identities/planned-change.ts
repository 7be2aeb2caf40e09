import { z } from 'zod'
import { addressOf } from '../dids/address.ts'
import { parseDid } from '../dids/did.ts'
import type { Address, RegistryChange } from '../dids/registry.ts'
import type { DelegateInput, TxInput } from '../vaults/wallet-config.ts'

/** How long a change is valid where nobody says otherwise: a year, in seconds. */
const defaultValidity = 365 * 24 * 60 * 60

const plannedChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('service'), name: z.string(), value: z.string(), validity: z.number() }),
  z.object({ kind: z.literal('delegate'), address: z.string().nullable(), validity: z.number() }),
  z.object({ kind: z.literal('owner'), did: z.string() }),
])

/** A change as it is kept. `validity` in seconds; a delegate whose address is null is one whose key has yet to be made. */
export type PlannedChange = z.output<typeof plannedChange>

/** The changes that were asked for, in order, but that of the owner last: after it the old one can no longer sign. */
export function plannedChanges(inputs: readonly TxInput[]): readonly PlannedChange[] {
  const changes = inputs.flatMap(({ service, delegate, newOwner }): readonly PlannedChange[] => [
    ...(service === undefined
      ? []
      : [{ kind: 'service' as const, name: service.name, value: service.value, validity: seconds(service.validity) }]),
    ...(delegate === undefined
      ? []
      : [{ kind: 'delegate' as const, address: delegateAddress(delegate), validity: seconds(delegate.validity) }]),
    ...(newOwner === undefined ? [] : [{ kind: 'owner' as const, did: newOwner }]),
  ])
  return [...changes.filter(({ kind }) => kind !== 'owner'), ...changes.filter(({ kind }) => kind === 'owner')]
}

/** A change as a registry takes it. */
export function registryChange(change: PlannedChange): RegistryChange {
  switch (change.kind) {
    case 'service':
      return {
        kind: 'attribute',
        name: `did/svc/${change.name}`,
        value: new TextEncoder().encode(change.value),
        validity: change.validity,
      }
    case 'delegate':
      if (change.address === null) throw new TypeError('The key of the delegate has not been made')
      return { kind: 'delegate', delegateType: 'veriKey', delegate: change.address, validity: change.validity }
    case 'owner':
      return { kind: 'owner', newOwner: parseDid(change.did).address }
  }
}

/** A change from its row. */
export function parseChange(json: string): PlannedChange {
  return plannedChange.parse(JSON.parse(json))
}

function seconds(milliseconds: number | undefined): number {
  return milliseconds === undefined || milliseconds === 0 ? defaultValidity : Math.floor(milliseconds / 1000)
}

/** 40 hex digits are an address, 130 a public key. */
function delegateAddress({ address }: DelegateInput): Address | null {
  if (address === undefined) return null
  const digits = address.replace(/^0x/, '')
  return digits.length === 40 ? `0x${digits.toLowerCase()}` : addressOf(Buffer.from(digits, 'hex'))
}
