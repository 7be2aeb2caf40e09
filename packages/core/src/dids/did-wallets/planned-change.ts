import { z } from 'zod'
import { publicKeyToAddress } from '../registries/address.ts'
import { parseDid } from '../registries/did.ts'
import type { Address, RegistryChange } from '../registries/registry.ts'
import type { DelegateInput, TxInput } from '../vaults/wallet-config.ts'

/** The default validity of a change in seconds: a year. */
const defaultValidity = 365 * 24 * 60 * 60

const plannedChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('service'), name: z.string(), value: z.string(), validity: z.number() }),
  z.object({ kind: z.literal('delegate'), address: z.string().nullable(), validity: z.number() }),
  z.object({ kind: z.literal('owner'), did: z.string() }),
])

/**
 * A change of a DID update, as stored. `validity` is in seconds; the address of a delegate is null until its key is
 * created.
 */
export type PlannedChange = z.output<typeof plannedChange>

/**
 * Converts the request into changes in the same order, except that the change of the owner comes last: after it the old
 * owner can no longer sign.
 */
export function planChanges(inputs: readonly TxInput[]): readonly PlannedChange[] {
  const changes = inputs.flatMap(({ service, delegate, newOwner }): readonly PlannedChange[] => [
    ...(service === undefined
      ? []
      : [
          { kind: 'service' as const, name: service.name, value: service.value, validity: toSeconds(service.validity) },
        ]),
    ...(delegate === undefined
      ? []
      : [{ kind: 'delegate' as const, address: delegateAddress(delegate), validity: toSeconds(delegate.validity) }]),
    ...(newOwner === undefined ? [] : [{ kind: 'owner' as const, did: newOwner }]),
  ])
  return [...changes.filter(({ kind }) => kind !== 'owner'), ...changes.filter(({ kind }) => kind === 'owner')]
}

/** Converts a change into the form of the registry. */
export function toRegistryChange(change: PlannedChange): RegistryChange {
  switch (change.kind) {
    case 'service':
      return {
        kind: 'attribute',
        name: `did/svc/${change.name}`,
        value: new TextEncoder().encode(change.value),
        validity: change.validity,
      }
    case 'delegate':
      if (change.address === null) throw new TypeError('The key of the delegate was not created')
      return { kind: 'delegate', delegateType: 'veriKey', delegate: change.address, validity: change.validity }
    case 'owner':
      return { kind: 'owner', newOwner: parseDid(change.did).address }
  }
}

/** Parses a change from its row. */
export function parsePlannedChange(json: string): PlannedChange {
  return plannedChange.parse(JSON.parse(json))
}

function toSeconds(milliseconds: number | undefined): number {
  return milliseconds === undefined || milliseconds === 0 ? defaultValidity : Math.floor(milliseconds / 1000)
}

/** 40 hex digits are an address, 130 a public key. */
function delegateAddress({ address }: DelegateInput): Address | null {
  if (address === undefined) return null
  const digits = address.replace(/^0x/, '')
  return digits.length === 40 ? `0x${digits.toLowerCase()}` : publicKeyToAddress(Buffer.from(digits, 'hex'))
}
