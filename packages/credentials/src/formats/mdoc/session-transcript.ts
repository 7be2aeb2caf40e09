import { createHash } from 'node:crypto'
import type { CborValue } from '../cbor/cbor-value.ts'
import { encodeCbor } from '../cbor/encode-cbor.ts'

/** The transaction that a device signs (ISO/IEC 18013-5 section 9.1.5.1). */
export type SessionTranscript = readonly CborValue[]

/** What the transcript of OpenID4VP 1.0 is made of. */
export type TranscriptInput =
  | {
      readonly clientId: string
      readonly nonce: string
      /** The SHA-256 thumbprint of the verifier's encryption key, 32 bytes; undefined if the response is not encrypted. */
      readonly jwkThumbprint: Uint8Array | undefined
      readonly responseUri: string
    }
  | { readonly origin: string; readonly nonce: string; readonly jwkThumbprint: Uint8Array | undefined }

/** The session transcript of OpenID4VP 1.0: section B.2.6.1, or B.2.6.2 for the Digital Credentials API. */
export function openid4vpTranscript(input: TranscriptInput): SessionTranscript {
  const { nonce, jwkThumbprint = null } = input
  const [name, info] =
    'origin' in input
      ? (['OpenID4VPDCAPIHandover', [input.origin, nonce, jwkThumbprint]] as const) // cspell:disable-line
      : (['OpenID4VPHandover', [input.clientId, nonce, jwkThumbprint, input.responseUri]] as const) // cspell:disable-line
  return [null, null, [name, createHash('sha256').update(encodeCbor(info)).digest()]]
}
