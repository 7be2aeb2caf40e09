import { createHash } from 'node:crypto'
import { parseBase64url } from '@billfold/core/modules'
import { Refusal } from '../refusal.ts'
import { createSalt } from '../salts.ts'

/** The hash algorithms of `_sd_alg` (RFC 9901 section 4.1.1), by their names in Node. */
const hashAlgorithms: Readonly<Record<string, string>> = {
  'sha-256': 'sha256',
  'sha-384': 'sha384',
  'sha-512': 'sha512',
}

/** A disclosure (RFC 9901 section 4.2): of a claim with its name, or of an array element. */
export interface Disclosure {
  readonly encoded: string
  /** The claim's name; undefined for an array element. */
  readonly name: string | undefined
  readonly value: unknown
}

/**
 * Computes the digest of an ASCII text (RFC 9901 section 4.2.3), base64url.
 * @param algorithm the value of `_sd_alg`
 * @throws Refusal `credential.malformed` if the algorithm is not known
 */
export function computeDigest(text: string, algorithm: unknown = 'sha-256'): string {
  const name = typeof algorithm === 'string' ? hashAlgorithms[algorithm] : undefined
  if (name === undefined) throw new Refusal('credential.malformed', '_sd_alg is not known')
  return createHash(name).update(text, 'ascii').digest('base64url')
}

/** Parses a disclosure. @throws Refusal `credential.malformed` */
export function parseDisclosure(encoded: string): Disclosure {
  const bytes = encoded === '' ? undefined : parseBase64url(encoded)
  const value = bytes === undefined ? undefined : parseArray(bytes)
  if (value === undefined || value.length < 2 || value.length > 3 || typeof value[0] !== 'string')
    throw new Refusal('credential.malformed', 'a disclosure is not [salt, value] or [salt, name, value]')
  if (value.length === 2) return { encoded, name: undefined, value: value[1] }
  const [, name, content] = value
  if (typeof name !== 'string' || name === '_sd' || name === '...')
    throw new Refusal('credential.malformed', 'the name in a disclosure is not allowed')
  return { encoded, name, value: content }
}

/** Creates a disclosure with a salt of 128 random bits. */
export function createDisclosure(value: unknown, name?: string): { readonly encoded: string; readonly digest: string } {
  const salt = createSalt(16).toString('base64url')
  const content = name === undefined ? [salt, value] : [salt, name, value]
  const encoded = Buffer.from(JSON.stringify(content)).toString('base64url')
  return { encoded, digest: computeDigest(encoded) }
}

function parseArray(bytes: Uint8Array): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
