import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { createKeyBinding, createSdJwt, type CredentialSigner, type HolderKey } from '@billfold/credentials/formats'

/** What a presentation is bound to. */
export interface PresentationBinding {
  readonly nonce: string
  readonly audience: string
}

/** Issues a membership to a new key, valid for a day, and presents all of it. */
export async function presentMembership(
  signer: CredentialSigner,
  { nonce, audience }: PresentationBinding,
): Promise<string> {
  // Imported again, since Node 20 can hang when it exports a generated key as a JWK.
  const generated = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const privateKey = createPrivateKey(generated.export({ type: 'pkcs8', format: 'pem' }))
  const { x = '', y = '' } = privateKey.export({ format: 'jwk' })
  const key: HolderKey = {
    publicKey: { kty: 'EC', crv: 'P-256', x, y },
    sign: (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  }
  const issuedAt = Math.floor(Date.now() / 1000)
  const credential = await createSdJwt({
    signer,
    vct: 'urn:example:membership:1',
    claims: { level: 'gold' },
    disclosure: 'all',
    holderKey: key.publicKey,
    expiresAt: issuedAt + 86_400,
  })
  return createKeyBinding(credential, { key, nonce, audience, issuedAt })
}
