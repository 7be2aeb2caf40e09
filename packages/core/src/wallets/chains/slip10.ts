import { createHmac } from 'node:crypto'

const firstHardened = 0x80000000

/**
 * The ed25519 private key at a path below a BIP-39 seed (SLIP-10): every step is hardened, since ed25519 has no other.
 * @throws RangeError for a path that is not made of hardened steps
 */
export function slip10KeyAt(seed: Uint8Array, path: string): Uint8Array {
  let node = split(createHmac('sha512', 'ed25519 seed').update(seed).digest())
  for (const step of stepsOf(path)) {
    const index = Buffer.alloc(4)
    index.writeUInt32BE(firstHardened + step)
    node = split(createHmac('sha512', node.chainCode).update(Buffer.of(0)).update(node.key).update(index).digest())
  }
  return Uint8Array.from(node.key)
}

function stepsOf(path: string): readonly number[] {
  if (!/^m(\/\d{1,10}')*$/.test(path)) throw new RangeError('A path of ed25519 keys has hardened steps only')
  const steps = path
    .split('/')
    .slice(1)
    .map((step) => Number(step.slice(0, -1)))
  if (steps.some((step) => step >= firstHardened)) throw new RangeError('A step of a path is below 2^31')
  return steps
}

function split(digest: Buffer): { readonly key: Buffer; readonly chainCode: Buffer } {
  return { key: digest.subarray(0, 32), chainCode: digest.subarray(32) }
}
