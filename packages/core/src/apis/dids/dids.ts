import type { Guard } from '../../http/index.ts'
import type { IdentitySettings } from '../../identities/settings.ts'
import type { Services } from '../../services.ts'

/** The shared context of this API's routes. */
export interface Dids {
  readonly services: Services
  readonly settings: IdentitySettings
  /** Service keys with the scope `dids`, or callers admitted by the host's own guard. */
  readonly service: Guard
  /** Callers with the scope `dids:sign`. */
  readonly signing: Guard
  /** Anybody; presented credentials must be valid. */
  readonly resolving: Guard
  readonly open: Guard
  /** The public URL of this API: the audience of `x-did-auth` tokens. */
  readonly audience: string
}
