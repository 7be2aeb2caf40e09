import type { EcJwk } from '../../formats/keys.ts'

/** A key that an instance will be bound to. */
export interface ProvenKey {
  readonly jwk: EcJwk
  /** RFC 7638. */
  readonly thumbprint: string
}
