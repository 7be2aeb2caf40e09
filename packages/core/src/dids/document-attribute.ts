import { base58 } from '@scure/base'
import type { DidService, VerificationMethod } from './document.ts'
import type { Entry, InForce } from './in-force.ts'
import { didLimits } from './limits.ts'
import { textOf } from './name-bytes.ts'
import type { RegistryEvent } from './registry.ts'

type AttributeEvent = Extract<RegistryEvent, { readonly kind: 'attribute' }>

/** `did/pub/(key type)/(purpose)/(encoding)` and `did/svc/(service type)` (did:ethr, "Setting attributes"). */
const pattern = /^did\/(pub|svc)\/(\w+)(?:\/(\w+))?(?:\/(\w+))?$/

/** What an attribute enters into the document: a key, a service, or nothing. */
export function attributeOf(event: AttributeEvent, did: string): Entry {
  const { name, value } = event
  const key = JSON.stringify(['attribute', name, Buffer.from(value).toString('hex')])
  const [, section, type = '', purpose, encoding] = pattern.exec(name) ?? []
  // One that is not well formed is not numbered while it is valid, but is once it has ended: resolvers agree on it.
  const ended = name.startsWith('did/pub/') ? 'keys' : name.startsWith('did/svc/') ? 'services' : undefined
  if (section === undefined) return { key, counted: undefined, countedWhenEnded: ended, enter: () => {} }
  if (section === 'svc')
    return {
      key,
      counted: 'services',
      countedWhenEnded: ended,
      enter: ({ services }, number) => {
        const service = serviceOf(`${did}#service-${number}`, type, value)
        if (service !== undefined) services.set(key, service)
      },
    }
  return {
    key,
    counted: 'keys',
    countedWhenEnded: ended,
    enter: (inForce, number) => {
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

/** The types of keys whose names are older than those of the documents (did:ethr, "Key Type Mapping"). */
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

/** Counts the long keys in base58, so that no document takes long to write, however many there are. */
function isTooLong(inForce: InForce, { length }: Uint8Array): boolean {
  const { shortBytes, longestBytes, longKeys } = didLimits.base58
  if (length <= shortBytes) return false
  return length > longestBytes || ++inForce.longBase58 > longKeys
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
      const publicKeyPem = textOf(value)
      return publicKeyPem === undefined ? undefined : { publicKeyPem }
    }
    default:
      return { value: hex }
  }
}

/** JSON where it is JSON, else the text itself. */
function serviceOf(id: string, type: string, value: Uint8Array): DidService | undefined {
  const text = textOf(value)
  return text === undefined ? undefined : { id, type, serviceEndpoint: endpointOf(text) }
}

function endpointOf(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text)
    return isDeep(parsed) ? text : parsed
  } catch {
    return text
  }
}

/** Whether writing a value as JSON again could be too much for the stack. */
function isDeep(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; depth <= didLimits.endpointDepth; depth++) {
    level = level.flatMap((item): unknown[] => (typeof item === 'object' && item !== null ? Object.values(item) : []))
    if (level.length === 0) return false
  }
  return true
}
