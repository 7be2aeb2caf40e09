import { createHash, diffieHellman, type KeyObject } from 'node:crypto'

/** What a content encryption key is agreed on for (RFC 7518 section 4.6). */
export interface AgreementInfo {
  readonly algorithm: string
  readonly apu?: Uint8Array | undefined
  readonly apv?: Uint8Array | undefined
}

/** Agrees on the key of A128GCM or A256GCM: ECDH, then the Concat KDF with one round of SHA-256 (RFC 7518 section 4.6.2). */
export function agreeOnKey(privateKey: KeyObject, publicKey: KeyObject, info: AgreementInfo): Buffer {
  const bits = info.algorithm === 'A256GCM' ? 256 : 128
  const material = [
    toUint32(1),
    diffieHellman({ privateKey, publicKey }),
    toLengthPrefixed(Buffer.from(info.algorithm)),
    toLengthPrefixed(info.apu ?? new Uint8Array()),
    toLengthPrefixed(info.apv ?? new Uint8Array()),
    toUint32(bits),
  ]
  return createHash('sha256')
    .update(Buffer.concat(material))
    .digest()
    .subarray(0, bits / 8)
}

function toLengthPrefixed(bytes: Uint8Array): Buffer {
  return Buffer.concat([toUint32(bytes.length), bytes])
}

function toUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
