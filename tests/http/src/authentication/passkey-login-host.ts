import {
  type BillfoldEvent,
  createBillfold,
  createPasswordHasher,
  type Keyring,
  localKeyring,
  memoryStorage,
  newKey,
  type RateLimiter,
  type Storage,
} from '@billfold/core'
import { scriptedVerifier } from '@billfold/core/biometrics'
import { passkeys, type PasskeysOptions } from '@billfold/passkeys'
import {
  createSoftwareAuthenticator,
  type RequestOptions,
  type SoftwareAuthenticator,
} from '@billfold/test-authenticator'
import { createUser } from './fixtures.ts'
import { type LoginBrowser, publicUrl } from './login-flow.ts'

/** The origin of the authentication page. */
export const pageOrigin = new URL(publicUrl).origin

/** The relying party of the hosts. */
export const relyingParty = { rpId: 'login.example', rpName: 'Example', origins: [pageOrigin] } as const

const allowed = async () => ({ allowed: true, retryAfterSeconds: 1 })
const unlimited: RateLimiter = { consume: allowed, peek: allowed }

/** What several hosts over one storage share, and what differs from the defaults. */
export interface PasskeyLoginParts {
  readonly storage?: Storage
  readonly keyring?: Keyring
  readonly passkeys?: Partial<PasskeysOptions>
  readonly rateLimiter?: RateLimiter
  /** True if another instance created the configurations in the same storage. */
  readonly hasConfigurations?: boolean
}

/**
 * Creates a host with passkeys. Configurations: `passkey` (always the PIN, which a passkey with user verification stands for), `either` (a
 * face or a passkey, no PIN), `device` (a passkey, the PIN on new devices), `face` (no passkey).
 */
export async function createPasskeyLoginHost(parts: PasskeyLoginParts = {}) {
  let offset = 0
  const events: BillfoldEvent[] = []
  const billfold = createBillfold({
    storage: parts.storage ?? memoryStorage(),
    keyring: parts.keyring ?? localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
    }),
    rateLimiter: parts.rateLimiter ?? unlimited,
    now: () => Date.now() + offset,
    events: { handle: (event) => void events.push(event) },
    modules: [passkeys({ ...relyingParty, ...parts.passkeys })],
    authentication: { publicUrl, verifier: scriptedVerifier(), assessRisk: () => 'allow' },
  })
  const { configurations } = billfold.authentication
  if (parts.hasConfigurations !== true) {
    await configurations.create({ tag: 'passkey', factors: ['passkey'], pin: 'always' })
    await configurations.create({ tag: 'either', factors: ['face', 'passkey'], liveness: 'none', pin: 'never' })
    await configurations.create({ tag: 'device', factors: ['passkey'], pin: 'new-device' })
    await configurations.create({ tag: 'face', liveness: 'none', pin: 'never' })
    // The flow enrols faces with it.
    await configurations.create({ tag: 'still', liveness: 'none', pin: 'never' })
  }
  const { licence } = await billfold.licences.create({ tag: 'relying party' })
  const advanceClock = (milliseconds: number): void => {
    offset += milliseconds
  }
  return { billfold, licence, advanceClock, events }
}

/** A host with passkeys. */
export type PasskeyLoginHost = Awaited<ReturnType<typeof createPasskeyLoginHost>>

/** A user with a passkey. */
export interface PasskeyHolder {
  readonly userId: string
  readonly passkeyId: string
  readonly authenticator: SoftwareAuthenticator
}

/** Creates a user with a passkey, and the PIN 4711 unless another is given. */
export async function createPasskeyHolder({ billfold }: PasskeyLoginHost, pin?: string): Promise<PasskeyHolder> {
  const userId = await createUser(billfold, pin)
  const authenticator = createSoftwareAuthenticator({ origin: pageOrigin })
  const options = await billfold.passkeys.registrationOptions(userId, { userName: 'ada' })
  const { id: passkeyId } = await billfold.passkeys.register(userId, authenticator.create(options))
  return { userId, passkeyId, authenticator }
}

/** Starts a sign-in with a passkey in a browser, and returns the options. */
export async function startPasskey(browser: LoginBrowser): Promise<RequestOptions> {
  const { status, data } = await browser.send('/v2/start_passkey')
  if (status !== 200) throw new Error(`not started: ${status}`)
  return data.options
}
