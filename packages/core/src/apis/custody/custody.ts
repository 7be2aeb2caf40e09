import type { FaceMethodSetup } from '../../credentials/face-method-setup.ts'
import type { MethodSettings } from '../../credentials/method-types.ts'
import type { Guard } from '../../http/index.ts'
import type { Services } from '../../services.ts'
import type { Chains } from '../../wallets/chains/index.ts'

/** What the routes of this API share. */
export interface Custody {
  readonly services: Services
  readonly chains: Chains
  readonly methods: MethodSettings
  /** What methods that take a face stand on. */
  readonly faces: FaceMethodSetup
  readonly rawSignatures: boolean
  /** Service keys with the scope `custody`. */
  readonly service: Guard
  readonly open: Guard
}
