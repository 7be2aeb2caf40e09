import { X509Certificate } from 'node:crypto'

/** What a certificate is trusted for. */
export type TrustPurpose = 'issuer' | 'status' | 'verifier' | 'wallet-provider' | 'key-attestation'

/** A certificate authority that is trusted. */
export interface TrustAnchor {
  readonly certificate: X509Certificate
  /** The name that is shown of it. */
  readonly name: string | undefined
}

/** Which anchors are asked for. */
export interface TrustQuery {
  readonly purpose: TrustPurpose
  /** The type of credential: `vct` or document type. Undefined where the purpose has none. */
  readonly type: string | undefined
  /** The chain that is to be verified, the leaf first; empty to list what is trusted. */
  readonly chain: readonly X509Certificate[]
}

/**
 * Decides whom to trust. {@link trustAnchors} is the default; trusted lists of ETSI or a VICAL are implementations of a host. An
 * empty answer trusts nobody. Revocation of certificates is the list's to ask: a revoked one has no anchor.
 */
export interface TrustList {
  readonly anchors: (query: TrustQuery) => Promise<readonly TrustAnchor[]>
}

/** An entry of {@link trustAnchors}. */
export interface TrustAnchorInput {
  /** PEM or DER. */
  readonly certificate: string | Uint8Array
  /** The types that it is trusted for: exact, or a beginning followed by `*`. Default: all. */
  readonly types?: readonly string[]
  /** Default: all. */
  readonly purposes?: readonly TrustPurpose[]
  readonly name?: string
}

/**
 * Trusts these certificate authorities.
 *
 * @throws RangeError if one is not the certificate of an authority
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { trustAnchors } from '@billfold/credentials'
 *
 * const loadIssuers = () =>
 *   trustAnchors([{ certificate: readFileSync('pid-provider.pem', 'utf8'), types: ['urn:eudi:pid:*'], name: 'PID provider' }])
 * ```
 */
export function trustAnchors(entries: readonly TrustAnchorInput[]): TrustList {
  const anchors = entries.map((entry, index) => {
    const certificate = parseAuthority(entry.certificate, index)
    return { ...entry, anchor: { certificate, name: entry.name } }
  })
  return {
    anchors: ({ purpose, type }) =>
      Promise.resolve(
        anchors
          .filter(({ purposes }) => purposes === undefined || purposes.includes(purpose))
          .filter(({ types }) => types === undefined || type === undefined || types.some((one) => covers(one, type)))
          .map(({ anchor }) => anchor),
      ),
  }
}

function parseAuthority(certificate: string | Uint8Array, index: number): X509Certificate {
  try {
    const parsed = new X509Certificate(certificate)
    if (parsed.ca) return parsed
  } catch {
    // Reported below.
  }
  throw new RangeError(`trustAnchors[${index}].certificate must be the certificate of an authority, PEM or DER`)
}

function covers(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type
}
