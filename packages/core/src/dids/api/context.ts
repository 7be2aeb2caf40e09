import type { CustodyServices } from '../../custody/services.ts'
import type { Guard } from '../../http/index.ts'
import type { DocumentFormat } from '../registries/documents/document.ts'
import type { DidWalletSettings } from '../did-wallets/settings.ts'

/** The shared context of this API's routes. */
export interface DidsContext {
  readonly services: CustodyServices
  readonly settings: DidWalletSettings
  /** Service keys with the scope `dids`, or callers admitted by the host's own guard. */
  readonly serviceGuard: Guard
  /** Callers with the scope `dids:sign`. */
  readonly signingGuard: Guard
  /** Anybody; presented credentials must be valid. */
  readonly resolverGuard: Guard
  readonly publicGuard: Guard
  /** The form of resolved documents. */
  readonly documentFormat: DocumentFormat
  /** The public URL of this API: the audience of `x-did-auth` tokens. */
  readonly audience: string
}
