import { createServer } from 'node:http'
import { createBillfold, localKeyring, memoryStorage, newKey, silentLogger } from '@billfold/core'
import { claimsOf, credentials, credentialType, trustAnchors } from '@billfold/credentials'
import { fullDate } from '@billfold/credentials/formats'
import { expressRouter } from '@billfold/express-adapter'
import express from 'express'
import { z } from 'zod'
import { createSigner } from './create-signer.ts'

const claims = z.object({ given_name: z.string(), birthdate: z.iso.date() })
export const ada = { given_name: 'Ada', birthdate: '1815-12-10' }

/** Whether the claims of the type `late` are there. */
export const late = { isThere: false }

/** The types of the issuer. */
export const identity = credentialType({
  id: 'identity',
  claims,
  sdJwt: { vct: 'urn:example:identity:1' },
  mdoc: {
    docType: 'com.example.identity.1',
    elements: ({ given_name, birthdate }) => ({
      'com.example.identity.1': { given_name, birth_date: fullDate(birthdate) },
    }),
  },
  display: [{ name: 'Identity', locale: 'en' }],
  batch: 3,
  refreshDays: 30,
})
export const later = credentialType({
  id: 'later',
  claims,
  sdJwt: { vct: 'urn:example:later:1' },
  from: claimsOf(() => (late.isThere ? ada : 'later'), { mayDefer: true }),
})

/** The wallet that is registered with the issuer. */
export const client = { clientId: 'wallet', redirectUris: ['https://wallet.example.com/back'] }

/** Starts an issuer in Express, as a host mounts it: below a prefix, and its well-known documents at the root. */
export async function startIssuer(dpop: 'required' | 'nonce' = 'required') {
  const server = createServer()
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  const publicUrl = `http://127.0.0.1:${port}/issuer`
  const user: { current: { userId: string } } = { current: { userId: '' } }
  const storage = memoryStorage()
  const keyStorage = await createSigner()
  const billfold = createBillfold({
    storage,
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    logger: silentLogger,
    modules: [
      credentials({
        issuer: {
          publicUrl,
          types: [identity, later],
          signer: await createSigner(),
          authorize: () => user.current,
          clients: [client],
          keyAttestation: trustAnchors([{ certificate: keyStorage.authority }]),
          dpop,
        },
      }),
    ],
  })
  const app = express()
  app.use(expressRouter(billfold.credentials.wellKnown))
  app.use('/issuer', expressRouter(billfold.credentials.issuer))
  server.on('request', app)
  return {
    billfold,
    storage,
    /** Its attestations of keys are trusted. */
    keyStorage,
    publicUrl,
    user,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A started issuer. */
export type IssuerServer = Awaited<ReturnType<typeof startIssuer>>
