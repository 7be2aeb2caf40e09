import { createCipheriv, createECDH, randomBytes, randomUUID } from 'node:crypto'

/** A request that is ready to send. */
export interface PreparedCall {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Prepares one encrypted request for each of `count` callers with their own key pairs. */
export function prepareCalls(count: number, systemPublicKey: string, licence: string): readonly PreparedCall[] {
  const system = Buffer.concat([Buffer.of(4), Buffer.from(systemPublicKey, 'base64')])
  const body = JSON.stringify({ list: [{ did: 'did:ethr:0x01' }, { publicKey: 'unknown' }] })
  return Array.from({ length: count }, () => {
    const pair = createECDH('secp256k1')
    const publickey = pair.generateKeys().subarray(1).toString('base64')
    const key = pair.computeSecret(system)
    const requestId = JSON.stringify({ appid: 'benchmark', uuid: randomUUID(), ts: Math.floor(Date.now() / 1000) })
    const headers = { publickey, requestid: encrypt(key, requestId), licensekey: encrypt(key, licence) }
    return { headers, body: JSON.stringify({ data: encrypt(key, body) }) }
  })
}

/** Encrypts as the secure channel does: base64 of IV, ciphertext and tag. */
export function encrypt(key: Uint8Array, text: string): string {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64')
}
