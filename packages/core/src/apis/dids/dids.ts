import type { Guard } from '../../http/index.ts'
import type { IdentitySettings } from '../../identities/settings.ts'
import type { Services } from '../../services.ts'

/** What the routes of this API share. */
export interface Dids {
  readonly services: Services
  readonly settings: IdentitySettings
  /** Service keys with the scope `dids`, or whom the host's own guard lets in. */
  readonly service: Guard
  /** Those with the scope `dids:sign`. */
  readonly signing: Guard
  /** Anybody; a caller who brings credentials is let in by them. */
  readonly resolving: Guard
  readonly open: Guard
  /** Our public URL: what `x-did-auth` tokens are for. */
  readonly audience: string
}
