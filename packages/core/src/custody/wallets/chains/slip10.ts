import { createHmac } from 'node:crypto'

const firstHardened = 0x80000000

/**
 * Derives the ed25519 private key at a path from a BIP-39 seed (SLIP-10). Ed25519 supports hardened derivation only.
 * @throws RangeError if a path step is not hardened or not below 2^31
 */
export function deriveSlip10Key(seed: Uint8Array, path: string): Uint8Array {
  let node = split(createHmac('sha512', 'ed25519 seed').update(seed).digest())
  for (const step of parsePath(path)) {
    const index = Buffer.alloc(4)
    index.writeUInt32BE(firstHardened + step)
    node = split(createHmac('sha512', node.chainCode).update(Buffer.of(0)).update(node.key).update(index).digest())
  }
  return Uint8Array.from(node.key)
}

function parsePath(path: string): readonly number[] {
  if (!/^m(\/\d{1,10}')*$/.test(path)) throw new RangeError('ed25519 derivation paths must have hardened steps only')
  const steps = path
    .split('/')
    .slice(1)
    .map((step) => Number(step.slice(0, -1)))
  if (steps.some((step) => step >= firstHardened)) throw new RangeError('derivation path steps must be below 2^31')
  return steps
}

function split(digest: Buffer): { readonly key: Buffer; readonly chainCode: Buffer } {
  return { key: digest.subarray(0, 32), chainCode: digest.subarray(32) }
}
