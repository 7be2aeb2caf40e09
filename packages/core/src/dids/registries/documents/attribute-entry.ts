import type { DidService, DocumentFormat } from './document.ts'
import { toKeyMaterial } from './key-material.ts'
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
export function toAttributeEntry(event: AttributeEvent, did: string, format: DocumentFormat): DocumentEntry {
  const { name, value } = event
  const key = JSON.stringify(['attribute', name, Buffer.from(value).toString('hex')])
  const [, section, type = '', purpose, encoding] = pattern.exec(name) ?? []
  // Malformed names are numbered as existing resolvers number them: always, or until version 11 only once they have ended.
  const ended = name.startsWith('did/pub/') ? 'keys' : name.startsWith('did/svc/') ? 'services' : undefined
  if (section === undefined) {
    const counterWhenValid = format === 'current' ? ended : undefined
    return { key, counterWhenValid, counterWhenEnded: ended, addTo: () => {} }
  }
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
      const material = toKeyMaterial({
        format,
        type,
        purpose,
        encoding,
        value,
        isTooLong: () => isTooLong(inForce, value),
      })
      if (material === undefined) return
      keys.set(key, { id, controller: did, ...material })
      if (purpose === 'enc') keyAgreement.set(key, id)
      else assertionMethod.set(key, id)
      if (purpose === 'sigAuth') authentication.set(key, id)
    },
  }
}

/** Limits the number of long base58 keys, so that no document takes long to build. */
function isTooLong(inForce: ActiveEntries, { length }: Uint8Array): boolean {
  const { shortKeyBytes, maxKeyBytes, maxLongKeys } = didLimits.base58
  if (length <= shortKeyBytes) return false
  return length > maxKeyBytes || ++inForce.longBase58Keys > maxLongKeys
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
