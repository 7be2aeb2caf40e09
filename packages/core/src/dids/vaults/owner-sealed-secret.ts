import type { CustodyServices } from '../../custody/services.ts'
import type { MasterSecret } from '../../platform/master-secret.ts'
import {
  type EncryptionContext,
  seal,
  sealingKeyId,
  sealWithKey,
  open,
  openWithKey,
} from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { StaleReadError } from '../../kernel/storage/index.ts'

/** A sealed secret. `generation` is that of the owner's master secret that seals it; null if the keyring seals it. */
export interface OwnerSealedSecret {
  readonly generation: number | null
  readonly sealed: Uint8Array
}

/** Seals under a user's master secret or, without one, with the keyring, so that the service can open it by itself. */
export async function sealForOwner(
  services: CustodyServices,
  plaintext: Uint8Array,
  context: EncryptionContext,
  secret: MasterSecret | undefined,
): Promise<OwnerSealedSecret> {
  if (secret === undefined) return { generation: null, sealed: await seal(services.keyring, plaintext, context) }
  return { generation: secret.generation, sealed: sealWithKey(secret.bytes, plaintext, context) }
}

/**
 * Opens a secret sealed by {@link sealForOwner}; the caller zeroes it.
 *
 * @throws BillfoldError `signing-method.required` if it belongs to a user and no method was authorized,
 *   `sealed.invalid`; StaleReadError if the master secret has another generation
 */
export async function openForOwner(
  services: CustodyServices,
  { generation, sealed }: OwnerSealedSecret,
  context: EncryptionContext,
  secret: MasterSecret | undefined,
): Promise<Uint8Array> {
  if (generation === null) return open(services.keyring, sealed, context)
  if (secret === undefined) throw new BillfoldError('signing-method.required')
  if (secret.generation !== generation) throw new StaleReadError()
  return openWithKey(secret.bytes, sealed, context)
}

/** Returns true if the keyring sealed it with a key that is no longer the newest. */
export function isSealedWithOutdatedKey(services: CustodyServices, { generation, sealed }: OwnerSealedSecret): boolean {
  return generation === null && sealingKeyId(sealed) !== services.keyring.currentKeyId
}
