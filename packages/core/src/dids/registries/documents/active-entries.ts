import type { DidService, VerificationMethod } from './document.ts'

/**
 * The currently valid entries of a DID document, keyed by {@link DocumentEntry.key}. Maps preserve the order of the
 * events.
 */
export interface ActiveEntries {
  readonly keys: Map<string, VerificationMethod>
  readonly authentication: Map<string, string>
  readonly assertionMethod: Map<string, string>
  readonly keyAgreement: Map<string, string>
  readonly services: Map<string, DidService>
  /** The number of long keys encoded in base58 so far; the encoding takes quadratic time, so it is limited. */
  longBase58Keys: number
}

/** One delegate or attribute event, as an entry of a DID document. */
export interface DocumentEntry {
  /** Events with the same key concern the same entry: a later one replaces or ends the earlier one. */
  readonly key: string
  /** The numbering that the entry takes part in while it is valid, and after it is revoked or expired. */
  readonly counterWhenValid: 'keys' | 'services' | undefined
  readonly counterWhenEnded: 'keys' | 'services' | undefined
  /** Adds the entry to the active entries under its number. */
  readonly addTo: (inForce: ActiveEntries, number: number) => void
}
