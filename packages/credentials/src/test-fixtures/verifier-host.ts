import type { AddressInfo } from 'node:net'
import {
  type ApplicationTemplate,
  createBillfold,
  databaseBlobs,
  type Keyring,
  localKeyring,
  memoryStorage,
  newKey,
  type RateLimiter,
  type Storage,
} from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import express from 'express'
import { credentials } from '../credentials.ts'
import { createStatusList, type StatusBits, withStatus } from '../formats/status-list/status-list.ts'
import { createStatusListToken } from '../formats/status-list/status-list-token.ts'
import type { CredentialSigner } from '../trust/credential-signer.ts'
import { trustAnchors } from '../trust/trust-list.ts'
import { eudiPid } from '../verifier/queries/eudi-pid.ts'
import type { VerifierOptions } from '../verifier/options.ts'
import { createAuthority, issueCertificate, signerOf } from './pki.ts'

export const prefix = '/verifier'
export const statusUri = 'https://issuer.example/status/1'

/** Certificates of an issuer, of one that nobody trusts, and of a verifier. */
export async function createTestPki() {
  const root = await createAuthority('Root')
  const rogueRoot = await createAuthority('Root')
  const verifierRoot = await createAuthority('Verifier root')
  return {
    root,
    rogueRoot,
    issuer: signerOf(await issueCertificate(root, 'Issuer')),
    rogue: signerOf(await issueCertificate(rogueRoot, 'Issuer')),
    verifierRoot,
    verifier: signerOf(await issueCertificate(verifierRoot, 'Verifier', { dnsNames: ['localhost'] })),
  }
}

export type TestPki = Awaited<ReturnType<typeof createTestPki>>

/** A status list that a test changes, and its server: what the verifier fetches with. */
export function createStatusServer(signer: CredentialSigner) {
  const bits: StatusBits = 2
  let statuses = createStatusList(1024, bits)
  let reply: 'list' | 'missing' | 'down' | 'text' = 'list'
  let served = 0
  const overrides: { uri?: string; signer?: CredentialSigner; expiresAt?: number } = {}
  return {
    set: (index: number, value: number) => (statuses = withStatus(statuses, bits, index, value)),
    reply: (next: typeof reply) => (reply = next),
    overrides,
    served: () => served,
    fetch: async (input: string | URL | Request): Promise<Response> => {
      served++
      if (reply === 'down') throw new Error('connection refused')
      if (reply === 'missing') return new Response('not found', { status: 404 })
      if (reply === 'text') return new Response('no token')
      const now = Math.floor(Date.now() / 1000)
      const uri = overrides.uri ?? String(input)
      const expiresAt = overrides.expiresAt ?? now + 3600
      const { signer: another = signer } = overrides
      const token = await createStatusListToken({
        signer: another,
        uri,
        bits,
        statuses,
        issuedAt: now,
        expiresAt,
        ttl: 1,
      })
      return new Response(token, { headers: { 'content-type': 'application/statuslist+jwt' } })
    },
  }
}

const allowed = { allowed: true, remaining: 1, retryAfterSeconds: 0 } as const
const unlimited: RateLimiter = { consume: () => Promise.resolve(allowed), peek: () => Promise.resolve(allowed) }

export interface VerifierHostOptions extends Partial<VerifierOptions> {
  readonly storage?: Storage
  readonly keyring?: Keyring
  readonly now?: () => number
  /** Undefined for the limits of the storage. Default: none. */
  readonly rateLimiter?: RateLimiter | undefined
  readonly templates?: readonly ApplicationTemplate[]
}

/** Starts a host with a verifier. Its public URL is its own. */
export async function startVerifier(pki: TestPki, options: VerifierHostOptions = {}) {
  const {
    storage = memoryStorage(),
    keyring = localKeyring({ keys: { k: newKey() }, currentKeyId: 'k' }),
    now,
  } = options
  const app = express()
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const publicUrl = options.publicUrl ?? `http://localhost:${port}${prefix}`
  const verifier = {
    signer: pki.verifier,
    issuers: trustAnchors([{ certificate: pki.root.der, name: 'PID provider' }]),
    queries: [eudiPid],
    redirectUri: 'https://shop.example/done?x=1',
    crossDevice: true,
    ...options,
    publicUrl,
  }
  const billfold = createBillfold({
    storage,
    keyring,
    ...(now && { now }),
    ...(!('rateLimiter' in options) && { rateLimiter: unlimited }),
    onboarding: { templates: options.templates ?? [], blobs: databaseBlobs(storage) },
    modules: [credentials({ verifier })],
  })
  app.use(prefix, expressRouter(billfold.credentials.verifier))
  app.use('/onboarding', expressRouter(billfold.onboarding))
  return { billfold, verifier: billfold.credentials.verifier, port, publicUrl, close: () => server.close() }
}

export type VerifierHost = Awaited<ReturnType<typeof startVerifier>>
