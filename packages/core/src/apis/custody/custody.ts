import type { FaceMethodSetup } from '../../credentials/face-method-setup.ts'
import type { MethodSettings } from '../../credentials/method-types.ts'
import type { Guard } from '../../http/index.ts'
import type { Services } from '../../services.ts'
import type { Chains } from '../../wallets/chains/index.ts'

/** The context shared by the routes of the custody API. */
export interface Custody {
  readonly services: Services
  readonly chains: Chains
  readonly methods: MethodSettings
  /** Dependencies of signing methods with face verification. */
  readonly faces: FaceMethodSetup
  /** True if `POST /api/signatures` accepts raw requests. */
  readonly rawSignatures: boolean
  /** Guard for service keys with the scope `custody`. */
  readonly service: Guard
  /** Guard of routes without authentication. */
  readonly open: Guard
}
