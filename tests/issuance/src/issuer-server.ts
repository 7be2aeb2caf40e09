import { createServer } from 'node:http'
import { createBillfold, localKeyring, memoryStorage, newKey, silentLogger } from '@billfold/core'
import {
  claimsOf,
  credentials,
  credentialType,
  mdoc,
  presentationQuery,
  sdJwt,
  trustAnchors,
} from '@billfold/credentials'
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

/** What the verifier asks for, in either format. */
const query = presentationQuery({
  id: 'identity',
  any: [
    sdJwt({ vct: 'urn:example:identity:1', claims: { given_name: ['given_name'] } }),
    mdoc({ docType: 'com.example.identity.1', claims: { given_name: ['com.example.identity.1', 'given_name'] } }),
  ],
  purpose: 'To greet you',
})

/** The wallet that is registered with the issuer. */
export const client = { clientId: 'wallet', redirectUris: ['https://wallet.example.com/back'] }

/** Starts an issuer and a verifier in Express, as a host mounts them: below a prefix, and the well-known documents at the root. */
export async function startIssuer(dpop: 'required' | 'nonce' = 'required') {
  const server = createServer()
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  const origin = `http://127.0.0.1:${port}`
  const publicUrl = `${origin}/issuer`
  const user: { current: { userId: string } } = { current: { userId: '' } }
  const storage = memoryStorage()
  const keyStorage = await createSigner()
  const [signer, reader] = [await createSigner(), await createSigner()]
  const billfold = createBillfold({
    storage,
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    logger: silentLogger,
    modules: [
      credentials({
        issuer: {
          publicUrl,
          types: [identity, later],
          signer,
          authorize: () => user.current,
          clients: [client],
          keyAttestation: trustAnchors([{ certificate: keyStorage.authority }]),
          dpop,
        },
        verifier: {
          publicUrl: `${origin}/verifier`,
          signer: reader,
          issuers: trustAnchors([{ certificate: signer.authority }]),
          queries: [query],
          crossDevice: true,
          // The status list is on this machine as well.
          fetch: globalThis.fetch,
        },
      }),
    ],
  })
  const app = express()
  app.use(expressRouter(billfold.credentials.wellKnown))
  app.use('/issuer', expressRouter(billfold.credentials.issuer))
  app.use('/verifier', expressRouter(billfold.credentials.verifier))
  server.on('request', app)
  return {
    billfold,
    storage,
    /** The authorities of issuer and verifier, which wallets trust. DER. */
    authorities: [signer.authority, reader.authority],
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
