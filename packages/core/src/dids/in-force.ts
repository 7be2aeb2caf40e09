import type { DidService, VerificationMethod } from './document.ts'

/** What is in force, by the key of the entry that it came from. Maps keep the order in which it came into force. */
export interface InForce {
  readonly keys: Map<string, VerificationMethod>
  readonly authentication: Map<string, string>
  readonly assertionMethod: Map<string, string>
  readonly keyAgreement: Map<string, string>
  readonly services: Map<string, DidService>
  /** How many long keys have been written in base58. */
  longBase58: number
}

/** What one event of a delegate or an attribute says. */
export interface Entry {
  /** Events with the same key are about the same thing: the later one replaces or ends the earlier. */
  readonly key: string
  /** Which of the two numberings it takes part in while it is valid, and when it is revoked or has run out. */
  readonly counted: 'keys' | 'services' | undefined
  readonly countedWhenEnded: 'keys' | 'services' | undefined
  readonly enter: (inForce: InForce, number: number) => void
}
