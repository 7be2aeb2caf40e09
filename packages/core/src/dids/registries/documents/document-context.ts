import type { DidDocument, DocumentFormat, VerificationMethod } from './document.ts'

const base = ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/suites/secp256k1recovery-2020/v2'] as const

/** The contexts of the types of keys that need one. */
const suites: readonly (readonly [type: string, context: string])[] = [
  ['Ed25519VerificationKey2020', 'https://w3id.org/security/suites/ed25519-2020/v1'],
  ['X25519KeyAgreementKey2020', 'https://w3id.org/security/suites/x25519-2020/v1'],
  ['Multikey', 'https://w3id.org/security/multikey/v1'],
]

const securityVersion2 = 'https://w3id.org/security/v2'

/**
 * Builds the JSON-LD context of a document (W3C DID Core 1.0 section 6.3): those of the key types that it has, and at the end the
 * terms that none of them defines.
 */
export function toDocumentContext(
  methods: readonly VerificationMethod[],
  format: DocumentFormat,
): NonNullable<DidDocument['@context']> {
  if (format !== 'current') return [...base, 'https://w3id.org/security/v3-unstable']
  const has = (field: keyof VerificationMethod): boolean => methods.some((method) => field in method)
  const hasType = (type: string): boolean => methods.some((method) => method.type === type)
  const terms = {
    ...(has('publicKeyHex') && { publicKeyHex: 'https://w3id.org/security#publicKeyHex' }),
    ...(has('publicKeyJwk') && {
      publicKeyJwk: { '@id': 'https://w3id.org/security#publicKeyJwk', '@type': '@json' },
    }),
    ...(has('publicKeyBase64') && { publicKeyBase64: 'https://w3id.org/security#publicKeyBase64' }),
  }
  const needsVersion2 = hasType('EcdsaSecp256k1VerificationKey2019') || has('publicKeyBase58')
  return [
    ...base,
    ...(needsVersion2 ? [securityVersion2] : []),
    ...suites.filter(([type]) => hasType(type)).map(([, context]) => context),
    ...(Object.keys(terms).length > 0 ? [terms] : []),
  ]
}
