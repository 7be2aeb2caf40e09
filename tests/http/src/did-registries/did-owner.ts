import { secp256k1 } from '@billfold/core/crypto'
import type { DidRegistry, RegistryChange, RegistryServices, OperationStatus } from '@billfold/core/dids'
import { computeAddress } from 'ethers'

/** An unfunded key that can own identities. */
export interface DidOwner {
  readonly privateKey: Uint8Array
  readonly address: string
  readonly sign: (digest: Uint8Array) => ReturnType<typeof secp256k1.sign>
}

/** Creates an owner. */
export function createOwner(privateKey: Uint8Array = secp256k1.generatePrivateKey()): DidOwner {
  const publicKey = secp256k1.getPublicKey(privateKey)
  const address = computeAddress(`0x${Buffer.from(publicKey).toString('hex')}`).toLowerCase()
  return { privateKey, address, sign: (digest) => secp256k1.sign(digest, privateKey) }
}

/** Applies a change as the owner: prepares, signs and submits it. */
export async function applyChange(
  registry: DidRegistry,
  services: RegistryServices,
  owner: DidOwner,
  identity: string,
  change: RegistryChange,
  stepId: string = crypto.randomUUID(),
): Promise<OperationStatus> {
  const prepared = await registry.prepare(services, 'default', identity, change)
  const signature = owner.sign(prepared.digest)
  return registry.submit(services, { tenant: 'default', id: 'host' }, stepId, prepared, signature)
}
