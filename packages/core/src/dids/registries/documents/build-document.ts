import { toChecksumAddress, zeroAddress } from '../address.ts'
import { toAttributeEntry } from './attribute-entry.ts'
import type { DidDocument, DocumentFormat, VerificationMethod } from './document.ts'
import { toDocumentContext } from './document-context.ts'
import { toSecp256k1Jwk } from './key-material.ts'
import type { DocumentEntry, ActiveEntries } from './active-entries.ts'
import type { Address, RegistryEvent } from '../registry.ts'

/** The input of {@link buildDidDocument}. */
export interface BuildDocumentInput {
  readonly did: string
  readonly address: Address
  readonly chainId: bigint
  /** The public key that the DID itself has instead of an address. */
  readonly publicKey?: Uint8Array | undefined
  readonly events: readonly RegistryEvent[]
  /** The time for which the document is built, in seconds since 1970. */
  readonly now: bigint
  /** Default: `current`. */
  readonly format?: DocumentFormat | undefined
}

/** A DID document and its metadata. */
export interface BuiltDocument {
  readonly document: DidDocument
  readonly deactivated: boolean
  /** The version of the last event that was applied; undefined if there were no events. */
  readonly version: number | undefined
}

const recoveryMethod = 'EcdsaSecp256k1RecoveryMethod2020'

/**
 * Builds the document of a DID by the rules of did:ethr. Keys and services are numbered in the order of the events;
 * revoked and expired ones keep their numbers, so that an id never changes its meaning. Setting the owner to the zero
 * address deactivates the DID: later events are ignored.
 */
export function buildDidDocument(input: BuildDocumentInput): BuiltDocument {
  const { did, address, chainId, events, now, format = 'current' } = input
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
      if (owner === zeroAddress)
        return { document: emptyDocument(did, format), deactivated: true, version: event.version }
      continue
    }
    const entry =
      event.kind === 'delegate' ? toDelegateEntry(event, did, chainId) : toAttributeEntry(event, did, format)
    const valid = event.validTo !== 0n && event.validTo >= now
    const counted = valid ? entry.counterWhenValid : entry.counterWhenEnded
    if (counted !== undefined) counters[counted]++
    if (valid) entry.addTo(inForce, counted === undefined ? 0 : counters[counted])
    else removeEntry(inForce, entry.key)
  }
  // Existing resolvers list the key of the DID until its owner changes for the first time, also if it then returns.
  const publicKey = events.some(({ kind }) => kind === 'owner') ? undefined : input.publicKey
  const document = fullDocument({ did, ownerAccount: toAccountId(chainId, owner), publicKey, format }, inForce)
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

interface ControllerKeys {
  readonly did: string
  readonly ownerAccount: string
  readonly publicKey: Uint8Array | undefined
  readonly format: DocumentFormat
}

function fullDocument(keys: ControllerKeys, inForce: ActiveEntries): DidDocument {
  const { did, format } = keys
  const controllers = controllerMethods(keys)
  const controllerIds = controllers.map(({ id }) => id)
  const service = [...inForce.services.values()]
  const keyAgreement = [...inForce.keyAgreement.values()]
  const verificationMethod = [...controllers, ...inForce.keys.values()]
  return {
    '@context': toDocumentContext(verificationMethod, format),
    id: did,
    verificationMethod,
    authentication: [...controllerIds, ...inForce.authentication.values()],
    assertionMethod: [...controllerIds, ...inForce.assertionMethod.values()],
    ...(keyAgreement.length > 0 && { keyAgreement }),
    ...(service.length > 0 && { service }),
  }
}

/** The owner's account, and for a DID with a public key that key (did:ethr, "Controller Key"). */
function controllerMethods({ did, ownerAccount, publicKey, format }: ControllerKeys): readonly VerificationMethod[] {
  const controller = {
    id: `${did}#controller`,
    type: recoveryMethod,
    controller: did,
    blockchainAccountId: ownerAccount,
  }
  if (publicKey === undefined) return [controller]
  const key = { id: `${did}#controllerKey`, type: 'EcdsaSecp256k1VerificationKey2019', controller: did }
  const publicKeyJwk = format === 'current' ? toSecp256k1Jwk(publicKey) : undefined
  return [
    controller,
    publicKeyJwk === undefined
      ? { ...key, publicKeyHex: Buffer.from(publicKey).toString('hex') }
      : { ...key, publicKeyJwk },
  ]
}

function emptyDocument(did: string, format: DocumentFormat): DidDocument {
  const context = toDocumentContext([], format)
  return { '@context': context, id: did, verificationMethod: [], authentication: [], assertionMethod: [] }
}
