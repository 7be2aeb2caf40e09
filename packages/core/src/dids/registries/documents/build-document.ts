import { toChecksumAddress, zeroAddress } from '../address.ts'
import { toAttributeEntry } from './attribute-entry.ts'
import type { DidDocument } from './document.ts'
import type { DocumentEntry, ActiveEntries } from './active-entries.ts'
import type { Address, RegistryEvent } from '../registry.ts'

/** The input of {@link buildDidDocument}. */
export interface BuildDocumentInput {
  readonly did: string
  readonly address: Address
  readonly chainId: bigint
  readonly events: readonly RegistryEvent[]
  /** The time for which the document is built, in seconds since 1970. */
  readonly now: bigint
}

/** A DID document and its metadata. */
export interface BuiltDocument {
  readonly document: DidDocument
  readonly deactivated: boolean
  /** The version of the last event that was applied; undefined if there were no events. */
  readonly version: number | undefined
}

const context = [
  'https://www.w3.org/ns/did/v1',
  'https://w3id.org/security/suites/secp256k1recovery-2020/v2',
  'https://w3id.org/security/v3-unstable',
] as const

const recoveryMethod = 'EcdsaSecp256k1RecoveryMethod2020'

/**
 * Builds the document of a DID by the rules of did:ethr. Keys and services are numbered in the order of the events;
 * revoked and expired ones keep their numbers, so that an id never changes its meaning. Setting the owner to the zero
 * address deactivates the DID: later events are ignored.
 */
export function buildDidDocument({ did, address, chainId, events, now }: BuildDocumentInput): BuiltDocument {
  const inForce: ActiveEntries = {
    keys: new Map(),
    authentication: new Map(),
    assertionMethod: new Map(),
    keyAgreement: new Map(),
    services: new Map(),
    longBase58Keys: 0,
  }
  const counters = { keys: 0, services: 0 }
  let owner = address
  for (const event of events) {
    if (event.kind === 'owner') {
      owner = event.owner
      if (owner === zeroAddress) return { document: emptyDocument(did), deactivated: true, version: event.version }
      continue
    }
    const entry = event.kind === 'delegate' ? toDelegateEntry(event, did, chainId) : toAttributeEntry(event, did)
    const valid = event.validTo !== 0n && event.validTo >= now
    const counted = valid ? entry.counterWhenValid : entry.counterWhenEnded
    if (counted !== undefined) counters[counted]++
    if (valid) entry.addTo(inForce, counted === undefined ? 0 : counters[counted])
    else removeEntry(inForce, entry.key)
  }
  const document = fullDocument(did, toAccountId(chainId, owner), inForce)
  return { document, deactivated: false, version: events.at(-1)?.version }
}

function removeEntry(
  { keys, authentication, assertionMethod, keyAgreement, services }: ActiveEntries,
  key: string,
): void {
  for (const part of [keys, authentication, assertionMethod, keyAgreement, services]) part.delete(key)
}

function toDelegateEntry(
  event: RegistryEvent & { readonly kind: 'delegate' },
  did: string,
  chainId: bigint,
): DocumentEntry {
  const { delegate, delegateType } = event
  const key = JSON.stringify(['delegate', delegateType, delegate])
  return {
    key,
    counterWhenValid: 'keys',
    counterWhenEnded: 'keys',
    addTo: ({ keys, authentication, assertionMethod }, number) => {
      if (delegateType !== 'veriKey' && delegateType !== 'sigAuth') return
      const id = `${did}#delegate-${number}`
      keys.set(key, {
        id,
        type: recoveryMethod,
        controller: did,
        blockchainAccountId: toAccountId(chainId, delegate),
      })
      assertionMethod.set(key, id)
      if (delegateType === 'sigAuth') authentication.set(key, id)
    },
  }
}

function toAccountId(chainId: bigint, address: Address): string {
  return `eip155:${chainId}:${toChecksumAddress(address)}`
}

function fullDocument(did: string, ownerAccount: string, inForce: ActiveEntries): DidDocument {
  const controller = `${did}#controller`
  const service = [...inForce.services.values()]
  const keyAgreement = [...inForce.keyAgreement.values()]
  const controllerKey = {
    id: controller,
    type: recoveryMethod,
    controller: did,
    blockchainAccountId: ownerAccount,
  }
  return {
    '@context': context,
    id: did,
    verificationMethod: [controllerKey, ...inForce.keys.values()],
    authentication: [controller, ...inForce.authentication.values()],
    assertionMethod: [controller, ...inForce.assertionMethod.values()],
    ...(keyAgreement.length > 0 && { keyAgreement }),
    ...(service.length > 0 && { service }),
  }
}

function emptyDocument(did: string): DidDocument {
  return { '@context': context, id: did, verificationMethod: [], authentication: [], assertionMethod: [] }
}
