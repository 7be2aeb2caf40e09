import { Resolver } from 'node:dns/promises'
import { parseBase64url } from '../../kernel/base64.ts'
import { type DnsResolver, ssrfSafeRequest } from '../../platform/http-client/ssrf-safe-request.ts'
import type { DidDocumentResolver } from './document-did-keys.ts'

/** Options of {@link portableDidResolver}. */
export interface PortableDidResolverOptions {
  /**
   * The hosts whose did:web documents are fetched, as in the DID: `example.com`, `example.com:8443`. Default: none, so that a stranger who
   * names a DID makes your server call nobody. `any` fetches from every public host, at most 30 times in ten minutes for a source address.
   */
  readonly webHosts?: readonly string[] | 'any'
  /** Allows hosts of did:web that resolve to private, loopback or link-local addresses. Default: false. */
  readonly allowPrivateAddresses?: boolean
  /** PEM of an additional certificate authority for the hosts of did:web. */
  readonly ca?: string
  /** Resolves names of hosts. Default: the resolver of the system, with `any` one that occupies no thread. */
  readonly resolveDns?: DnsResolver
  /** The time that a host of did:web has, in milliseconds. Default: 5,000. */
  readonly timeoutMs?: number
}

const maxDidLength = 2048
const maxDocumentBytes = 64 * 1024

/**
 * Creates a resolver of `did:key`, `did:jwk` and `did:web`, which need no registry: the first two contain their key, the third is fetched
 * over HTTPS from the hosts that you list, with protection against server-side request forgery. Others are not known to it.
 *
 * @example
 * ```ts
 * import { portableDidResolver } from '@billfold/core'
 *
 * const resolver = portableDidResolver({ webHosts: ['example.com'] })
 * const { didDocument } = await resolver.resolve('did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme')
 * ```
 */
export function portableDidResolver(options: PortableDidResolverOptions = {}): DidDocumentResolver {
  return {
    resolve: async (did) => {
      if (did.length > maxDidLength) return {}
      if (did.startsWith('did:key:')) return { didDocument: toKeyDocument(did) }
      if (did.startsWith('did:jwk:')) return { didDocument: toJwkDocument(did) }
      if (did.startsWith('did:web:')) return { didDocument: await fetchDocument(did, options) }
      return {}
    },
  }
}

/** did:key method, "Create": the identifier is the key in multibase. */
function toKeyDocument(did: string): unknown {
  const key = did.slice('did:key:'.length)
  if (!/^z[1-9A-HJ-NP-Za-km-z]{40,200}$/.test(key)) return undefined
  return toDocument(did, `${did}#${key}`, { type: 'Multikey', publicKeyMultibase: key })
}

/** did:jwk method: the identifier is the JWK in base64url. */
function toJwkDocument(did: string): unknown {
  try {
    const json = Buffer.from(parseBase64url(did.slice('did:jwk:'.length)) ?? []).toString('utf8')
    return toDocument(did, `${did}#0`, { type: 'JsonWebKey2020', publicKeyJwk: JSON.parse(json) as unknown })
  } catch {
    return undefined
  }
}

function toDocument(did: string, id: string, method: object): unknown {
  return {
    id: did,
    verificationMethod: [{ id, controller: did, ...method }],
    authentication: [id],
    assertionMethod: [id],
  }
}

/** did:web method, "Read (Resolve)". */
async function fetchDocument(did: string, options: PortableDidResolverOptions): Promise<unknown> {
  const url = toUrl(did)
  const { webHosts = [], allowPrivateAddresses = false, ca, timeoutMs = 5000 } = options
  if (url === undefined || (webHosts !== 'any' && !webHosts.some((host) => host.toLowerCase() === url.host)))
    return undefined
  try {
    const { status, body } = await ssrfSafeRequest({
      url,
      method: 'GET',
      headers: { accept: 'application/did+json, application/json' },
      allowPrivateAddresses,
      ca,
      resolveDns: options.resolveDns ?? (webHosts === 'any' ? (name) => resolveName(name, timeoutMs) : undefined),
      signal: AbortSignal.timeout(timeoutMs),
      maxResponseBytes: maxDocumentBytes,
      oversizedResponse: 'reject',
    })
    return status === 200 ? (JSON.parse(body) as unknown) : undefined
  } catch {
    // A host that does not answer, or answers with something else, has no document.
    return undefined
  }
}

/** `did:web:example.com` is at `/.well-known/did.json`, `did:web:example.com%3A8443:users:ada` at `/users/ada/did.json`. */
function toUrl(did: string): URL | undefined {
  const [host = '', ...path] = did.slice('did:web:'.length).split(':')
  const name = host.replace(/%3A/i, ':')
  if (!/^[A-Za-z0-9.-]+(:[0-9]{1,5})?$/.test(name) || !path.every((part) => /^[A-Za-z0-9._~-]+$/.test(part)))
    return undefined
  const target = `https://${name}/${path.length === 0 ? '.well-known' : path.join('/')}/did.json`
  return path.includes('..') || path.includes('.') || !URL.canParse(target) ? undefined : new URL(target)
}

/**
 * Resolves a name that a stranger chose. Not with the resolver of the system: that waits for slow name servers on the threads which hash
 * passwords.
 */
async function resolveName(name: string, timeout: number): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout, tries: 1 })
  const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
  return found.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
}
