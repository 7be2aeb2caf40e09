import type { Services } from '../services.ts'
import { StaleRead, type Update, update, type Write } from '../storage/index.ts'
import { assertOwnMethod, type CredentialRow, type MasterSecret, newMasterSecret, sealSecretFor } from './sealing.ts'
import { credentials } from './tables.ts'

/**
 * Returns the writes that rotate an owner's master secret: they seal the new secret to the remaining methods and re-encrypt
 * everything that the old one sealed. A replaced value therefore opens no row written afterwards. Call it within
 * `retryOnConflict`.
 * @param remaining the signing methods that stay valid
 * @throws StaleReadError
 */
export async function rotation(
  services: Services,
  ownerId: string,
  old: MasterSecret,
  remaining: readonly CredentialRow[],
): Promise<{ readonly secret: MasterSecret; readonly writes: readonly Write[] }> {
  const secret = newMasterSecret(old.generation + 1)
  const methods = await Promise.all(remaining.map((row) => sealNextSecret(services, row, old, secret)))
  const rows = await Promise.all(
    services.sealedUnderSecret.map((reencrypt) => reencrypt(services.storage, ownerId, old, secret)),
  )
  return { secret, writes: [...methods, ...rows.flat()] }
}

/** Conditional on the pepper's key too: a method that was sealed with a new pepper concurrently has another tag. */
async function sealNextSecret(
  services: Services,
  row: CredentialRow,
  old: MasterSecret,
  next: MasterSecret,
): Promise<Update> {
  if (row.generation !== old.generation) throw new StaleRead()
  await assertOwnMethod(services.keyring, row, old)
  const { id, version, generation, pepperKeyId } = row
  return update(credentials, {
    where: { id, version, generation, pepperKeyId },
    set: await sealSecretFor(services.keyring, row, next),
  })
}
