import { createCipheriv, createECDH, randomBytes, randomUUID } from 'node:crypto'

/** One call, ready to be sent. */
export interface PreparedCall {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Calls of as many callers, each with a key pair of its own, that a server with this public key and licence takes. */
export function preparedCalls(count: number, systemPublicKey: string, licence: string): readonly PreparedCall[] {
  const system = Buffer.concat([Buffer.of(4), Buffer.from(systemPublicKey, 'base64')])
  const body = JSON.stringify({ list: [{ did: 'did:ethr:0x01' }, { publicKey: 'nobody' }] })
  return Array.from({ length: count }, () => {
    const pair = createECDH('secp256k1')
    const publickey = pair.generateKeys().subarray(1).toString('base64')
    const key = pair.computeSecret(system)
    const stamp = JSON.stringify({ appid: 'benchmark', uuid: randomUUID(), ts: Math.floor(Date.now() / 1000) })
    const headers = { publickey, requestid: encrypt(key, stamp), licensekey: encrypt(key, licence) }
    return { headers, body: JSON.stringify({ data: encrypt(key, body) }) }
  })
}

/** The format of the envelope: base64 of iv, ciphertext and tag. */
export function encrypt(key: Uint8Array, text: string): string {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64')
}
