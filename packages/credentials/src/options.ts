import type { HolderOptions } from './holder/options.ts'
import type { IssuerOptions } from './issuer/options.ts'
import type { VerifierOptions } from './verifier/options.ts'

/** `haip`: all that HAIP 1.0 demands. `open`: the same without client authentication, and with what its options allow. */
export type Profile = 'haip' | 'open'

/** Options of the module. A role without options is not there. */
export interface CredentialsOptions {
  /** Default: `open`. */
  readonly profile?: Profile
  readonly issuer?: IssuerOptions
  readonly holder?: HolderOptions
  readonly verifier?: VerifierOptions
}
