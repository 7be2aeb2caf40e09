import { createCipheriv, createDecipheriv, createECDH, randomBytes } from 'node:crypto'

/** What is encrypted between the system and one other key pair. */
export interface BareChannel {
  /** The X coordinate of the other public key, base64url. */
  readonly callerKey: string
  readonly encrypt: (text: string) => string
  readonly decrypt: (text: string) => string
}

/** The key pair of the system: ECDH on secp256k1, and AES-256-GCM. The keys that were agreed on are cached. */
export function createChannels(): {
  readonly publicKey: string
  readonly channelWith: (publicKey: string) => BareChannel
} {
  const system = createECDH('secp256k1')
  const publicKey = system.generateKeys().subarray(1).toString('base64')
  const channels = new Map<string, BareChannel>()
  return {
    publicKey,
    channelWith: (other) => {
      const cached = channels.get(other)
      if (cached !== undefined) return cached
      const point = Buffer.concat([Buffer.of(4), Buffer.from(other, 'base64')])
      const channel = createChannel(point.toString('base64url', 1, 33), system.computeSecret(point))
      channels.set(other, channel)
      const [oldest] = channels.size > 10_000 ? channels.keys() : []
      if (oldest !== undefined) channels.delete(oldest)
      return channel
    },
  }
}

function createChannel(callerKey: string, key: Buffer): BareChannel {
  return {
    callerKey,
    encrypt: (text) => {
      const iv = randomBytes(16)
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64')
    },
    decrypt: (text) => {
      const bytes = Buffer.from(text, 'base64')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 16))
      decipher.setAuthTag(bytes.subarray(-16))
      return Buffer.concat([decipher.update(bytes.subarray(16, -16)), decipher.final()]).toString()
    },
  }
}
