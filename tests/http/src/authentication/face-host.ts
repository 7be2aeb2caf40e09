import {
  type AuthenticationOptions,
  type Billfold,
  type BillfoldEvent,
  createBillfold,
  type CustodyOptions,
  type Keyring,
  localKeyring,
  memoryStorage,
  newKey,
  type RateLimiter,
  createPasswordHasher,
  type Storage,
} from '@billfold/core'
import { scriptedVerifier } from '@billfold/core/biometrics'
import { publicUrl } from './login-flow.ts'

/** An instance with a scripted verifier, verification configurations and an adjustable clock. */
export interface FaceHost {
  readonly billfold: Billfold
  /** The licence of a relying party. */
  readonly licence: string
  readonly licenceId: string
  /** Advances the clock, in milliseconds. */
  readonly advanceClock: (milliseconds: number) => void
  /** The delivered events. */
  readonly events: BillfoldEvent[]
}

const allowed = async () => ({ allowed: true, retryAfterSeconds: 1 })
const unlimited: RateLimiter = { consume: allowed, peek: allowed }

/** The options of a face host. */
export interface FaceHostOptions {
  readonly storage?: Storage
  readonly keyring?: Keyring
  readonly authentication?: AuthenticationOptions
  readonly custody?: CustodyOptions
  /** Unlimited by default, since all calls come from one address. */
  readonly rateLimiter?: RateLimiter
  /** True if another instance created the configurations in the same storage. */
  readonly hasConfigurations?: boolean
}

/**
 * Creates the host. Configurations: `still` (a still is enough, no PIN), `live` (a challenge, no PIN), `pin` (a still, always the PIN),
 * `device` (a still, the PIN on new devices), `anybody` (a still, 1:N, no PIN).
 */
export async function createFaceHost(parts: FaceHostOptions = {}): Promise<FaceHost> {
  const { storage = memoryStorage(), authentication = {} } = parts
  let offset = 0
  const events: BillfoldEvent[] = []
  const billfold = createBillfold({
    storage,
    keyring: parts.keyring ?? localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
    }),
    rateLimiter: parts.rateLimiter ?? unlimited,
    failedAttemptLimit: { limit: 1_000_000, windowSeconds: 60 },
    now: () => Date.now() + offset,
    events: { handle: (event) => void events.push(event) },
    ...(parts.custody !== undefined && { custody: parts.custody }),
    authentication: { publicUrl, verifier: scriptedVerifier(), assessRisk: () => 'allow', ...authentication },
  })
  const { configurations } = billfold.authentication
  const community = authentication.communities?.[0]?.id ?? 'default'
  if (parts.hasConfigurations !== true) {
    await configurations.create({ tag: 'still', community, liveness: 'none', pin: 'never' })
    await configurations.create({ tag: 'live', community, liveness: 'basic', pin: 'never' })
    await configurations.create({ tag: 'pin', community, liveness: 'none', pin: 'always' })
    await configurations.create({ tag: 'device', community, liveness: 'none' })
    await configurations.create({ tag: 'anybody', community, liveness: 'none', pin: 'never', identify: true })
  }
  const { id: licenceId, licence } = await billfold.licences.create({ tag: 'relying party' })
  const advanceClock = (milliseconds: number): void => {
    offset += milliseconds
  }
  return { billfold, licence, licenceId, advanceClock, events }
}
