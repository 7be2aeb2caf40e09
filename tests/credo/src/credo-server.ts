import { OpenId4VcModule } from '@credo-ts/openid4vc'
import express from 'express'
import { createCredoAgent } from './credo-agent.ts'
import { configurations, toCredentials } from './credo-credentials.ts'
import { createCredoPki } from './credo-pki.ts'
import { mountLogin } from './login.ts'

const host = 'credo.example.com'
const origin = `https://${host}`
const login = `${origin}/login`

/** How an issuer of Credo differs from others. */
export interface CredoServerOptions {
  readonly batchSize?: number
  readonly dpopRequired?: boolean
  /** Seconds that a credential is made to wait for. */
  readonly deferSeconds?: number
}

/** Starts Credo as an issuer and a verifier in Express. They are known by a name of their own, without TLS on the way. */
export async function startCredo({ batchSize, dpopRequired = false, deferSeconds }: CredoServerOptions = {}) {
  const app = express()
  const server = app.listen(0, '127.0.0.1')
  await new Promise<void>((resolve, reject) => server.once('listening', resolve).once('error', reject))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const reach: typeof fetch = (input, init) => fetch(String(input).replace(origin, `http://127.0.0.1:${port}`), init)
  const trusted: string[] = []
  const agent = await createCredoAgent({
    fetch: reach,
    listTrusted: () => trusted,
    openid4vc: new OpenId4VcModule({
      app,
      issuer: {
        baseUrl: `${origin}/issuers`,
        dpopRequired,
        credentialRequestToCredentialMapper: (request) =>
          deferSeconds === undefined
            ? toCredentials(request, pki.signer)
            : { type: 'deferral', transactionId: crypto.randomUUID(), interval: deferSeconds },
        deferredCredentialRequestToCredentialMapper: ({ transaction }) => toCredentials(transaction, pki.signer),
      },
      verifier: { baseUrl: `${origin}/verifiers` },
    }),
  })
  const pki = await createCredoPki(agent, host)
  trusted.push(pki.authority.toString('base64'))
  mountLogin(app, login)
  const { issuer, verifier } = agent.modules.openid4vc
  const { issuerId } = await issuer.createIssuer({
    issuerId: 'university',
    accessTokenSignerKeyType: { kty: 'EC', crv: 'P-256' },
    display: [{ name: 'University', locale: 'en' }],
    credentialConfigurationsSupported: configurations,
    authorizationServerConfigs: [
      {
        type: 'chained',
        issuer: login,
        clientAuthentication: { type: 'clientSecret', clientId: 'credo', clientSecret: 'secret' },
        scopesMapping: { 'identity.sd-jwt': ['profile'], 'identity.mdoc': ['profile'] },
      },
    ],
    metadataSigner: { method: 'x5c', x5c: [pki.signer] },
    ...(batchSize !== undefined && { batchCredentialIssuance: { batchSize } }),
  })
  const { verifierId } = await verifier.createVerifier({ verifierId: 'bank', clientMetadata: { client_name: 'Bank' } })
  return {
    issuer,
    issuerId,
    verifier,
    verifierId,
    signer: pki.signer,
    /** DER. */
    authority: pki.authority.rawCertificate,
    /** Reaches the server by the name that it is known by. */
    fetch: reach,
    login,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A started issuer and verifier. */
export type CredoServer = Awaited<ReturnType<typeof startCredo>>
