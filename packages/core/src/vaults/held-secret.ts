import type { MasterSecret } from '../credentials/sealing.ts'
import { type Place, seal, sealedWith, sealUnder, unseal, unsealUnder } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { StaleRead } from '../storage/index.ts'

/** A secret as its row keeps it: of a generation of its user's master secret, or null where the keyring seals it. */
export interface HeldSecret {
  readonly generation: number | null
  readonly sealed: Uint8Array
}

/** Seals under a user's master secret, or, without one, by the keyring: then the service can open it by itself. */
export async function sealHeld(
  services: Services,
  plaintext: Uint8Array,
  place: Place,
  secret: MasterSecret | undefined,
): Promise<HeldSecret> {
  if (secret === undefined) return { generation: null, sealed: await seal(services.keyring, plaintext, place) }
  return { generation: secret.generation, sealed: sealUnder(secret.bytes, plaintext, place) }
}

/**
 * Opens what {@link sealHeld} sealed; whoever calls wipes it.
 * @throws BillfoldError `signing-method.required` where it is a user's and no method was opened, `sealed.invalid`;
 *   StaleRead when the master secret is of another generation
 */
export async function openHeld(
  services: Services,
  { generation, sealed }: HeldSecret,
  place: Place,
  secret: MasterSecret | undefined,
): Promise<Uint8Array> {
  if (generation === null) return unseal(services.keyring, sealed, place)
  if (secret === undefined) throw new BillfoldError('signing-method.required')
  if (secret.generation !== generation) throw new StaleRead()
  return unsealUnder(secret.bytes, sealed, place)
}

/** Whether the keyring seals it under a key that is not the newest one any more. */
export function isSealedWithOlderKey(services: Services, { generation, sealed }: HeldSecret): boolean {
  return generation === null && sealedWith(sealed) !== services.keyring.currentKeyId
}
