import { base58 } from '@scure/base'
import type { DidService, VerificationMethod } from './document.ts'
import type { DocumentEntry, ActiveEntries } from './active-entries.ts'
import { didLimits } from '../limits.ts'
import { decodeUtf8 } from '../bytes32-string.ts'
import type { RegistryEvent } from '../registry.ts'

type AttributeEvent = Extract<RegistryEvent, { readonly kind: 'attribute' }>

/** `did/pub/(key type)/(purpose)/(encoding)` and `did/svc/(service type)` (did:ethr, "Setting attributes"). */
const pattern = /^did\/(pub|svc)\/(\w+)(?:\/(\w+))?(?:\/(\w+))?$/

/**
 * Converts an attribute event into a document entry: a public key, a service, or nothing if the name is not recognized.
 */
export function toAttributeEntry(event: AttributeEvent, did: string): DocumentEntry {
  const { name, value } = event
  const key = JSON.stringify(['attribute', name, Buffer.from(value).toString('hex')])
  const [, section, type = '', purpose, encoding] = pattern.exec(name) ?? []
  // A malformed name is not numbered while valid, but is numbered once it has ended: existing resolvers do the same.
  const ended = name.startsWith('did/pub/') ? 'keys' : name.startsWith('did/svc/') ? 'services' : undefined
  if (section === undefined) return { key, counterWhenValid: undefined, counterWhenEnded: ended, addTo: () => {} }
  if (section === 'svc')
    return {
      key,
      counterWhenValid: 'services',
      counterWhenEnded: ended,
      addTo: ({ services }, number) => {
        const service = toService(`${did}#service-${number}`, type, value)
        if (service !== undefined) services.set(key, service)
      },
    }
  return {
    key,
    counterWhenValid: 'keys',
    counterWhenEnded: ended,
    addTo: (inForce, number) => {
      const { keys, authentication, assertionMethod, keyAgreement } = inForce
      const id = `${did}#delegate-${number}`
      if (encoding === 'base58' && isTooLong(inForce, value)) return
      const material = keyMaterial(value, encoding)
      if (material === undefined) return
      keys.set(key, { id, type: keyType(type, purpose), controller: did, ...material })
      if (purpose === 'enc') keyAgreement.set(key, id)
      else assertionMethod.set(key, id)
      if (purpose === 'sigAuth') authentication.set(key, id)
    },
  }
}

/** Key types whose attribute name differs from their name in documents (did:ethr, "Key Type Mapping"). */
const keyTypes: ReadonlyMap<string, string> = new Map([
  ['Secp256k1 veriKey', 'EcdsaSecp256k1VerificationKey2019'],
  ['Secp256k1 sigAuth', 'EcdsaSecp256k1VerificationKey2019'],
  ['Ed25519 sigAuth', 'Ed25519VerificationKey2018'],
  ['Ed25519 veriKey', 'Ed25519VerificationKey2018'],
  ['RSA veriKey', 'RSAVerificationKey2018'],
  ['X25519 enc', 'X25519KeyAgreementKey2019'],
])

function keyType(type: string, purpose: string | undefined): string {
  return keyTypes.get(`${type} ${purpose ?? ''}`) ?? type
}

/** Limits the number of long base58 keys, so that no document takes long to build. */
function isTooLong(inForce: ActiveEntries, { length }: Uint8Array): boolean {
  const { shortKeyBytes, maxKeyBytes, maxLongKeys } = didLimits.base58
  if (length <= shortKeyBytes) return false
  return length > maxKeyBytes || ++inForce.longBase58Keys > maxLongKeys
}

function keyMaterial(value: Uint8Array, encoding: string | undefined): Partial<VerificationMethod> | undefined {
  const hex = Buffer.from(value).toString('hex')
  switch (encoding) {
    case undefined:
    case 'hex':
      return { publicKeyHex: hex }
    case 'base64':
      return { publicKeyBase64: Buffer.from(value).toString('base64') }
    case 'base58':
      return { publicKeyBase58: base58.encode(value) }
    case 'pem': {
      const publicKeyPem = decodeUtf8(value)
      return publicKeyPem === undefined ? undefined : { publicKeyPem }
    }
    default:
      return { value: hex }
  }
}

/** Parses the endpoint as JSON if it is valid JSON, otherwise uses the text. */
function toService(id: string, type: string, value: Uint8Array): DidService | undefined {
  const text = decodeUtf8(value)
  return text === undefined ? undefined : { id, type, serviceEndpoint: parseEndpoint(text) }
}

function parseEndpoint(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text)
    return isDeep(parsed) ? text : parsed
  } catch {
    return text
  }
}

/** Returns true if the value is nested so deeply that serializing it again could overflow the stack. */
function isDeep(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; depth <= didLimits.maxEndpointDepth; depth++) {
    level = level.flatMap((item): unknown[] => (typeof item === 'object' && item !== null ? Object.values(item) : []))
    if (level.length === 0) return false
  }
  return true
}
