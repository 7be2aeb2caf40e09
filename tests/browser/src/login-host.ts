import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createBillfold, localKeyring, memoryStorage, newKey, createPasswordHasher } from '@billfold/core'
import type { Billfold, BillfoldEvent, PageOptions } from '@billfold/core'
import type { BiometricVerifier } from '@billfold/core/biometrics'
import { expressRouter } from '@billfold/express-adapter'
import { faceVerifier } from '@billfold/verifier-face'
import express from 'express'

/** The PIN of the user. */
export const pin = '4711'

/** A host with the authentication API, one user and the face verifier. */
export interface LoginHost {
  readonly billfold: Billfold
  /** The delivered events. */
  readonly events: readonly BillfoldEvent[]
  /** Advances the clock of the server, in milliseconds. */
  readonly advanceClock: (milliseconds: number) => void
  readonly url: string
  /** The origin of the relying party that users return to. */
  readonly relyingParty: string
  /** Creates a session for the user and returns the URL for the browser. */
  readonly session: (input?: SessionInput) => Promise<string>
  readonly close: () => Promise<void>
}

/** The verification configurations. */
const configurations = [
  { tag: 'still', liveness: 'none' },
  /** Takes the picture on a button press. */
  { tag: 'manual', liveness: 'none', selfieCaptureMode: 'manual' },
  { tag: 'two attempts', liveness: 'none', maxAttempts: 2 },
  { tag: 'challenge', liveness: 'basic' },
  { tag: 'PIN instead', liveness: 'none', selfieCaptureMode: 'manual', pinInsteadOfFace: 'always' },
] as const

/** The options of a session. */
export interface SessionInput {
  readonly purpose?: 'authenticate' | 'enroll'
  readonly configuration?: (typeof configurations)[number]['tag']
  readonly returnUrl?: string
  readonly otherWayUrl?: string
  /** The language of the page. */
  readonly lang?: string
}

/** The options of the host. */
export interface LoginHostOptions {
  /** The steps of every liveness challenge, so that a video can show them. */
  readonly steps?: readonly string[]
  readonly page?: PageOptions
}

/** Starts a host. */
export async function startLoginHost({ steps, page }: LoginHostOptions = {}): Promise<LoginHost> {
  const verifier = faceVerifier()
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  const relyingParty = `http://localhost:${port}`
  const events: BillfoldEvent[] = []
  let offset = 0
  const billfold = createBillfold({
    now: () => Date.now() + offset,
    events: { handle: (event) => void events.push(event) },
    storage: memoryStorage(),
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    passwordHasher: createPasswordHasher({
      cost: { logN: 10, r: 8, p: 1 },
      queue: 64,
      perSource: 64,
      maxWaitSeconds: 600,
    }),
    authentication: {
      publicUrl: `${origin}/walletapi`,
      verifier: steps === undefined ? verifier : withSteps(verifier, steps),
      // For hangs: the first face loads the models, beside browsers that draw on the same processors.
      verifierLimits: { timeoutMs: 120_000 },
      faceAttemptsPerUser: { limit: 1000, windowSeconds: 3600 },
      page: { countdownSeconds: 1, returnOrigins: [relyingParty], ...page },
    },
  })
  const app = express()
  app.get('/after', (_, response) => void response.send('<!doctype html><title>Shop</title><p>back'))
  app.use('/walletapi', expressRouter(billfold.authentication))
  app.use('/custody', expressRouter(billfold.custody))
  server.on('request', app)

  for (const configuration of configurations) await billfold.authentication.configurations.create(configuration)
  const userId = await makeUser(billfold, origin)
  const host: LoginHost = {
    billfold,
    events,
    advanceClock: (milliseconds) => {
      offset += milliseconds
    },
    url: origin,
    relyingParty,
    session: async ({ purpose = 'authenticate', configuration = 'still', lang, ...metadata } = {}) => {
      const { sessionId } = await billfold.authentication.sessions.create({
        userId,
        purpose,
        configuration,
        metadata,
        identityVerified: purpose === 'enroll',
      })
      const session = Buffer.from(`${origin}/walletapi/sessions/session/${sessionId}`).toString('base64url')
      const language = lang === undefined ? '' : `&lang=${lang}`
      return `${origin}/walletapi/v2/authenticate?session=${session}${language}`
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await verifier.close()
    },
  }
  return host
}

function withSteps(verifier: BiometricVerifier, steps: readonly string[]): BiometricVerifier {
  return {
    ...verifier,
    startLiveness: () => {
      const expiresAt = Date.now() + 120_000
      return Promise.resolve({ state: JSON.stringify({ steps, expiresAt }), client: { steps }, expiresAt })
    },
  }
}

async function makeUser(billfold: Billfold, origin: string): Promise<string> {
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'browser tests', scopes: ['custody'] })
  const answer = await fetch(`${origin}/custody/api/users`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`,
    },
    body: JSON.stringify({ signingMethod: { type: 'PIN', value: pin } }),
  })
  const { result } = (await answer.json()) as { result: { id: string } }
  return result.id
}
