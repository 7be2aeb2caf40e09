import { parseJwkPoint } from '../../kernel/base64.ts'
import { base58 } from '@scure/base'
import { z } from 'zod'
import { secp256k1 } from '../../kernel/crypto/index.ts'
import { toExternalWallet } from './external-wallet.ts'
import type { DidKey, DidKeyResolver } from './did-keys.ts'

/** What resolves DIDs of any method: a `Resolver` of the package `did-resolver` fits. */
export interface DidDocumentResolver {
  /** Resolves a DID; without a document the DID is not known. */
  readonly resolve: (did: string) => Promise<{ readonly didDocument?: unknown }>
}

/** Limits of a document that somebody else has written. */
const maxMethods = 100
const maxKeyLength = 1024

const text = z.string().max(maxKeyLength)
const methodShape = z.object({
  id: text,
  blockchainAccountId: text.optional(),
  publicKeyHex: text.optional(),
  publicKeyBase58: text.optional(),
  publicKeyMultibase: text.optional(),
  publicKeyJwk: z.object({ kty: text, crv: text.optional(), x: text.optional(), y: text.optional() }).optional(),
})
const documentShape = z.object({
  id: text,
  verificationMethod: z.array(methodShape.or(z.unknown())).max(maxMethods).default([]),
  authentication: z
    .array(z.union([text, methodShape, z.unknown()]))
    .max(maxMethods)
    .default([]),
})

type Method = z.output<typeof methodShape>

/**
 * Creates a resolver of the keys with which wallets sign in, from DID documents of any method. Only secp256k1 keys and Ethereum accounts
 * under `authentication` count, since wallets sign with those. The document must be that of the DID.
 * @param resolver resolves the documents: a `Resolver` of `did-resolver`, or {@link portableDidResolver}
 *
 * @example
 * ```ts
 * import { documentDidKeyResolver, portableDidResolver } from '@billfold/core'
 *
 * const resolveDidKeys = documentDidKeyResolver(portableDidResolver())
 * const keys = await resolveDidKeys('did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme', 'default')
 * ```
 */
export function documentDidKeyResolver(resolver: DidDocumentResolver): DidKeyResolver {
  return async (did) => {
    const { didDocument } = await resolver.resolve(did)
    const parsed = documentShape.safeParse(didDocument)
    if (!parsed.success || parsed.data.id !== did) return undefined
    const { authentication, verificationMethod } = parsed.data
    const listed = [...verificationMethod, ...authentication].flatMap(parseMethod)
    const acting = new Set(authentication.map((entry) => toAbsolute(did, idOf(entry))))
    return listed.filter(({ id }) => acting.has(toAbsolute(did, id))).flatMap((method) => toKey(did, method))
  }
}

function parseMethod(entry: unknown): readonly Method[] {
  const parsed = methodShape.safeParse(entry)
  return parsed.success ? [parsed.data] : []
}

function idOf(entry: unknown): string {
  if (typeof entry === 'string') return entry
  return parseMethod(entry)[0]?.id ?? ''
}

/** Ids may be relative to the document (W3C DID Core 1.0 section 3.2.2). */
function toAbsolute(did: string, id: string): string {
  return id.startsWith('#') ? did + id : id
}

function toKey(did: string, method: Method): readonly DidKey[] {
  const id = toAbsolute(did, method.id)
  const account = /^eip155:\d+:(0x[0-9a-fA-F]{40})$/.exec(method.blockchainAccountId ?? '')?.[1]
  if (account !== undefined) return [{ id, address: account.toLowerCase() }]
  const bytes = decodeKey(method)
  if (bytes === undefined || !secp256k1.isPublicKey(bytes)) return []
  return [{ id, publicKey: toExternalWallet(secp256k1.parsePublicKey(bytes, false)).publicKey }]
}

function decodeKey(method: Method): Uint8Array | undefined {
  const { publicKeyJwk: jwk, publicKeyHex, publicKeyBase58, publicKeyMultibase } = method
  if (jwk?.kty === 'EC' && jwk.crv === 'secp256k1') return parseJwkPoint(jwk)
  if (publicKeyHex !== undefined) return Uint8Array.from(Buffer.from(publicKeyHex.replace(/^0x/, ''), 'hex'))
  if (publicKeyBase58 !== undefined) return decodeBase58(publicKeyBase58)
  if (publicKeyMultibase?.startsWith('z') !== true) return undefined
  const bytes = decodeBase58(publicKeyMultibase.slice(1))
  // secp256k1-pub of the multicodec table, as a variable-length integer.
  return bytes?.[0] === 0xe7 && bytes[1] === 0x01 ? bytes.subarray(2) : undefined
}

function decodeBase58(encoded: string): Uint8Array | undefined {
  try {
    return base58.decode(encoded)
  } catch {
    return undefined
  }
}
