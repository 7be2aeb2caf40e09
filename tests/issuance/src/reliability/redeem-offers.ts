import { randomUUID, webcrypto } from 'node:crypto'
import { exportJWK, SignJWT } from 'jose'
import { z } from 'zod'
import { type CredentialHost, membership, publicUrls } from './credential-host.ts'

/** How often offers were redeemed. */
export interface RedemptionCounts {
  readonly once: number
  readonly never: number
  readonly twice: number
  /** Replies other than 200 and `invalid_grant`. */
  readonly unexpected: readonly string[]
}

const grantType = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'
const attemptsEach = 4
const offerConcurrency = 8
const offerSchema = z.object({ grants: z.object({ [grantType]: z.object({ 'pre-authorized_code': z.string() }) }) })

/** Creates offers, and redeems each four times at once: twice through every process, each time by another wallet. */
export async function redeemOffers(
  host: CredentialHost,
  ports: readonly number[],
  count: number,
): Promise<RedemptionCounts> {
  const counts = { once: 0, never: 0, twice: 0 }
  const unexpected: string[] = []
  let started = 0
  const redeemNext = async (): Promise<void> => {
    while (started < count) {
      started++
      const code = await createCode(host)
      const replies = await Promise.all(
        Array.from({ length: attemptsEach }, (_, index) => redeem(ports[index % ports.length] ?? 0, code)),
      )
      const taken = replies.filter((reply) => reply === '200').length
      counts[taken === 0 ? 'never' : taken === 1 ? 'once' : 'twice']++
      unexpected.push(...replies.filter((reply) => reply !== '200' && reply !== '400 invalid_grant'))
    }
  }
  await Promise.all(Array.from({ length: offerConcurrency }, redeemNext))
  return { ...counts, unexpected }
}

async function createCode({ credentials: { issuer } }: CredentialHost): Promise<string> {
  const { uri } = await issuer.offer(membership, { claims: { level: 'gold' }, by: 'value' })
  const offer: unknown = JSON.parse(new URL(uri).searchParams.get('credential_offer') ?? '')
  return offerSchema.parse(offer).grants[grantType]['pre-authorized_code']
}

async function redeem(port: number, code: string): Promise<string> {
  const key = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const dpop = await new SignJWT({ jti: randomUUID(), htm: 'POST', htu: `${publicUrls.issuer}/token` })
    .setIssuedAt()
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await publicJwk(key.publicKey) })
    .sign(key.privateKey)
  const reply = await fetch(`http://127.0.0.1:${port}/issuer/token`, {
    method: 'POST',
    headers: { dpop },
    body: new URLSearchParams({ grant_type: grantType, 'pre-authorized_code': code }),
  })
  const { error } = z.object({ error: z.string().optional() }).parse(await reply.json())
  return error === undefined ? String(reply.status) : `${reply.status} ${error}`
}

async function publicJwk(key: webcrypto.CryptoKey): Promise<Record<string, string>> {
  const { kty = '', crv = '', x = '', y = '' } = await exportJWK(key)
  return { kty, crv, x, y }
}
