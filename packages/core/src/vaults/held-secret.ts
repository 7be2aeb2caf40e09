import type { MasterSecret } from '../credentials/sealing.ts'
import { type Place, seal, sealedWith, sealUnder, unseal, unsealUnder } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { StaleRead } from '../storage/index.ts'

/** A sealed secret. `generation` is that of the owner's master secret that seals it; null if the keyring seals it. */
export interface HeldSecret {
  readonly generation: number | null
  readonly sealed: Uint8Array
}

/** Seals under a user's master secret or, without one, with the keyring, so that the service can open it by itself. */
export async function sealHeld(
  services: Services,
  plaintext: Uint8Array,
  context: Place,
  secret: MasterSecret | undefined,
): Promise<HeldSecret> {
  if (secret === undefined) return { generation: null, sealed: await seal(services.keyring, plaintext, context) }
  return { generation: secret.generation, sealed: sealUnder(secret.bytes, plaintext, context) }
}

/**
 * Opens a secret sealed by {@link sealForOwner}; the caller zeroes it.
 *
 * @throws BillfoldError `signing-method.required` if it belongs to a user and no method was authorized,
 *   `sealed.invalid`; StaleReadError if the master secret has another generation
 */
export async function openHeld(
  services: Services,
  { generation, sealed }: HeldSecret,
  context: Place,
  secret: MasterSecret | undefined,
): Promise<Uint8Array> {
  if (generation === null) return unseal(services.keyring, sealed, context)
  if (secret === undefined) throw new BillfoldError('signing-method.required')
  if (secret.generation !== generation) throw new StaleRead()
  return unsealUnder(secret.bytes, sealed, context)
}

/** Returns true if the keyring sealed it with a key that is no longer the newest. */
export function isSealedWithOlderKey(services: Services, { generation, sealed }: HeldSecret): boolean {
  return generation === null && sealedWith(sealed) !== services.keyring.currentKeyId
}
