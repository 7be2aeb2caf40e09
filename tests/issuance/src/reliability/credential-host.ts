import { createPrivateKey } from 'node:crypto'
import { createBillfold, localKeyring, type RateLimiter, silentLogger, type Storage } from '@billfold/core'
import { credentials, credentialType, localSigner, presentationQuery, sdJwt, trustAnchors } from '@billfold/credentials'
import { z } from 'zod'

/** What every process of a host is started with. Certificates and keys in PEM. */
export const credentialHostConfiguration = z.object({
  rootKey: z.string(),
  certificates: z.array(z.string()),
  privateKey: z.string(),
  authority: z.string(),
})

/** What every process of a host is started with. */
export type CredentialHostConfiguration = z.output<typeof credentialHostConfiguration>

/** In front of the processes; nothing is fetched from there. */
export const publicUrls = { issuer: 'https://host.example/issuer', verifier: 'https://host.example/verifier' }

/** The type that is issued, and asked for. */
export const membership = credentialType({
  id: 'membership',
  claims: z.object({ level: z.string() }),
  sdJwt: { vct: 'urn:example:membership:1' },
})

const query = presentationQuery({
  id: 'membership',
  any: [sdJwt({ vct: 'urn:example:membership:1', claims: { level: ['level'] } })],
  purpose: 'To grant access',
})

const allowed = { allowed: true, remaining: 1, retryAfterSeconds: 0 } as const
const unlimited: RateLimiter = { consume: () => Promise.resolve(allowed), peek: () => Promise.resolve(allowed) }

/** Creates one process of a host that issues and verifies. */
export function createCredentialHost(storage: Storage, configuration: CredentialHostConfiguration) {
  const { rootKey, certificates, authority } = configuration
  const signer = localSigner({ certificates, privateKey: createPrivateKey(configuration.privateKey) })
  return createBillfold({
    storage,
    keyring: localKeyring({ keys: { k1: rootKey }, currentKeyId: 'k1' }),
    logger: silentLogger,
    // All requests come from one address.
    rateLimiter: unlimited,
    modules: [
      credentials({
        issuer: { publicUrl: publicUrls.issuer, types: [membership], signer },
        verifier: {
          publicUrl: publicUrls.verifier,
          signer,
          issuers: trustAnchors([{ certificate: authority }]),
          queries: [query],
          crossDevice: true,
        },
      }),
    ],
  })
}

/** A process of the host, or the one that prepares its offers and requests. */
export type CredentialHost = ReturnType<typeof createCredentialHost>
