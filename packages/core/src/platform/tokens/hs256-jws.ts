import { isUtf8 } from 'node:buffer'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { parseBase64url } from '../../kernel/base64.ts'

/** A JSON object, not validated. */
type JsonObject = Readonly<Record<string, unknown>>

/** A JWS in compact serialization, parsed. Nothing in it is authentic before {@link isSignedBy} says so. */
export interface ParsedJws {
  readonly header: unknown
  readonly payload: unknown
  /** The bytes that are signed (RFC 7515 section 5.1), as text. */
  readonly signed: string
  readonly signature: Uint8Array
}

/** Signs a JWS with HS256 (RFC 7518 section 3.2), by node:crypto: Web Crypto takes a turn of the thread pool for each. */
export function signHs256(header: JsonObject, payload: JsonObject, key: Uint8Array): string {
  const signed = `${encodeJson({ alg: 'HS256', ...header })}.${encodeJson(payload)}`
  return `${signed}.${computeHmac(signed, key).toString('base64url')}`
}

/** Parses a JWS. @returns undefined if it is not canonical base64url of UTF-8 JSON */
export function parseJws(text: string): ParsedJws | undefined {
  const [header, payload, signature, ...rest] = text.split('.').map(parseBase64url)
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) return undefined
  try {
    const signed = text.slice(0, text.lastIndexOf('.'))
    return { header: decodeJson(header), payload: decodeJson(payload), signed, signature }
  } catch {
    return undefined
  }
}

/** Verifies the signature, in constant time. */
export function isSignedBy({ signed, signature }: ParsedJws, key: Uint8Array): boolean {
  const expected = computeHmac(signed, key)
  return signature.length === expected.length && timingSafeEqual(signature, expected)
}

function computeHmac(signed: string, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(signed, 'ascii').digest()
}

function encodeJson(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** @throws SyntaxError */
function decodeJson(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw new SyntaxError('not UTF-8')
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
}
