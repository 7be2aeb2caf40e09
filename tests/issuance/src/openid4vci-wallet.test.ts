import { createHash, randomBytes, type webcrypto } from 'node:crypto'
import { clientAuthenticationAnonymous, type JwtSignerJwk, setGlobalConfig } from '@openid4vc/oauth2'
import { Openid4vciClient } from '@openid4vc/openid4vci'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createUser } from './create-user.ts'
import { ada, identity, type IssuerServer, late, later, startIssuer } from './issuer-server.ts'

setGlobalConfig({ allowInsecureUrls: true })

const keys = new Map<string, webcrypto.CryptoKey>()
const confirmed = z.object({ cnf: z.object({ jwk: z.object({ x: z.string() }) }) })
const ecJwk = z.object({ kty: z.literal('EC'), crv: z.string(), x: z.string(), y: z.string() })

async function createKey(): Promise<JwtSignerJwk> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const publicJwk = ecJwk.parse(await exportJWK(publicKey))
  keys.set(publicJwk.x, privateKey)
  return { method: 'jwk', publicJwk, alg: 'ES256' }
}

/** Without what is undefined, which JSON does not have. */
function defined(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined))
}

/** A wallet of another implementation, with the cryptography that it leaves to its host. */
function createWallet(): Openid4vciClient {
  return new Openid4vciClient({
    callbacks: {
      fetch,
      hash: (data, algorithm) => createHash(algorithm.replace('-', '').toLowerCase()).update(data).digest(),
      generateRandom: (length) => randomBytes(length),
      clientAuthentication: clientAuthenticationAnonymous(),
      signJwt: async (signer, { header, payload }) => {
        const jwk = ecJwk.parse(signer.method === 'jwk' ? signer.publicJwk : undefined)
        const key = keys.get(jwk.x)
        if (key === undefined) throw new Error('no key of this wallet')
        const signing = new SignJWT(defined(payload))
        return { jwt: await signing.setProtectedHeader({ ...defined(header), alg: 'ES256' }).sign(key), signerJwk: jwk }
      },
    },
  })
}

describe.each(['required', 'nonce'] as const)('a wallet of @openid4vc/openid4vci, where DPoP is %s', (dpopRule) => {
  let server: IssuerServer
  const wallet = createWallet()

  beforeAll(async () => {
    server = await startIssuer(dpopRule)
  })
  afterAll(() => server.close())

  const start = async (uri: string, txCode?: string) => {
    const credentialOffer = await wallet.resolveCredentialOffer(uri)
    const issuerMetadata = await wallet.resolveIssuerMetadata(credentialOffer.credential_issuer)
    const { accessTokenResponse, dpop } = await wallet.retrievePreAuthorizedCodeAccessTokenFromOffer({
      credentialOffer,
      issuerMetadata,
      dpop: { signer: await createKey() },
      ...(txCode !== undefined && { txCode }),
    })
    const accessToken = accessTokenResponse.access_token
    return { issuerMetadata, accessToken, ...(dpop !== undefined && { dpop }) }
  }
  const attest = (signers: readonly JwtSignerJwk[]) => {
    const { certificates, privateKey } = server.keyStorage
    const x5c = certificates.map((certificate) => Buffer.from(certificate).toString('base64'))
    return new SignJWT({ attested_keys: signers.map(({ publicJwk }) => publicJwk) })
      .setProtectedHeader({ alg: 'ES256', typ: 'key-attestation+jwt', x5c })
      .setIssuedAt()
      .setExpirationTime('5 minutes')
      .sign(privateKey)
  }
  const prove = async (
    issuerMetadata: Awaited<ReturnType<typeof start>>['issuerMetadata'],
    id: string,
    count: number,
  ) => {
    const { c_nonce: nonce } = await wallet.requestNonce({ issuerMetadata })
    const proofs = Array.from({ length: count }, async () =>
      wallet.createCredentialRequestJwtProof({
        issuerMetadata,
        credentialConfigurationId: id,
        nonce,
        signer: await createKey(),
      }),
    )
    return { jwt: (await Promise.all(proofs)).map(({ jwt }) => jwt) }
  }

  test.each(['identity.sd-jwt', 'identity.mdoc'])('takes a batch of %s and reports it', async (id) => {
    const { uri, txCode = '' } = await server.billfold.credentials.issuer.offer(identity, { claims: ada, txCode: true })
    const session = await start(uri, txCode)
    const { issuerMetadata } = session
    const proofs = await prove(issuerMetadata, id, 3)
    const got = await wallet.retrieveCredentials({ ...session, credentialConfigurationId: id, proofs })
    const { credentials = [], notification_id: notificationId = '' } = got.credentialResponse
    expect(credentials).toHaveLength(3)
    await wallet.sendNotification({
      ...session,
      notification: { notificationId, event: 'credential_accepted' },
    })
    const issued = await server.billfold.credentials.issuer.list()
    expect(issued.slice(-3).map(({ event }) => event)).toEqual(Array(3).fill('credential_accepted'))
  })

  test('proves a batch of keys by one signature with a key attestation', async () => {
    const { uri } = await server.billfold.credentials.issuer.offer(identity, { claims: ada })
    const session = await start(uri)
    const { issuerMetadata } = session
    const { c_nonce: nonce } = await wallet.requestNonce({ issuerMetadata })
    const signers = [await createKey(), await createKey(), await createKey()] as const
    const proveAttested = async (attested: readonly JwtSignerJwk[]) => {
      const keyAttestationJwt = await attest(attested)
      const input = { issuerMetadata, credentialConfigurationId: 'identity.sd-jwt', nonce, signer: signers[0] }
      const { jwt } = await wallet.createCredentialRequestJwtProof({ ...input, keyAttestationJwt })
      return { jwt: [jwt] }
    }
    const request = { ...session, credentialConfigurationId: 'identity.sd-jwt' }
    const got = await wallet.retrieveCredentials({ ...request, proofs: await proveAttested(signers) })
    const issued = z.array(z.object({ credential: z.string() })).parse(got.credentialResponse.credentials)
    const bound = issued.map(
      ({ credential }) => confirmed.parse(decodeJwt(credential.split('~', 1)[0] ?? '')).cnf.jwk.x,
    )
    expect(bound).toEqual(signers.map(({ publicJwk }) => publicJwk.x))
    await expect(proveAttested(signers.slice(1))).rejects.toThrow('not signed with a key')
  })

  test('finds metadata that its schemas accept, for every configuration', async () => {
    const { credentialIssuer, knownCredentialConfigurations } = await wallet.resolveIssuerMetadata(server.publicUrl)
    expect(credentialIssuer.credential_issuer).toBe(server.publicUrl)
    expect(Object.keys(knownCredentialConfigurations)).toEqual(['identity.sd-jwt', 'identity.mdoc', 'later.sd-jwt'])
  })

  test('waits for a credential that comes later', async () => {
    late.isThere = false
    const userId = await createUser(server)
    const { uri } = await server.billfold.credentials.issuer.offer(later, { subject: { userId } })
    const session = await start(uri)
    const id = 'later.sd-jwt'
    const proofs = await prove(session.issuerMetadata, id, 1)
    const { credentialResponse } = await wallet.retrieveCredentials({
      ...session,
      credentialConfigurationId: id,
      proofs,
    })
    const transactionId = credentialResponse.transaction_id ?? ''
    expect(transactionId).toHaveLength(43)
    late.isThere = true
    const { deferredCredentialResponse } = await wallet.retrieveDeferredCredentials({ ...session, transactionId })
    expect(deferredCredentialResponse.credentials).toHaveLength(1)
    expect(deferredCredentialResponse).not.toHaveProperty('notification_id')
  })

  test('fails with a wrong transaction code', async () => {
    const { uri } = await server.billfold.credentials.issuer.offer(identity, { claims: ada, txCode: true })
    await expect(start(uri, '0')).rejects.toThrow('invalid_grant')
  })
})
