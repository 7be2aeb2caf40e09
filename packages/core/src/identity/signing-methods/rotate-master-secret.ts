import type { IdentityServices } from '../services.ts'
import { StaleReadError, type Update, update, type Write } from '../../kernel/storage/index.ts'
import { assertMethodTag, type SigningMethodRow, generateMasterSecret, sealMasterSecret } from './sealing.ts'
import type { MasterSecret } from '../../platform/master-secret.ts'
import { signingMethods } from './tables.ts'

/**
 * Returns the writes that rotate an owner's master secret: they seal the new secret to the remaining methods and re-encrypt
 * everything that the old one sealed. A replaced value therefore opens no row written afterwards. Call it within
 * `retryOnConflict`.
 * @param remaining the signing methods that stay valid
 * @throws StaleReadError
 */
export async function rotateMasterSecret(
  services: IdentityServices,
  ownerId: string,
  old: MasterSecret,
  remaining: readonly SigningMethodRow[],
): Promise<{ readonly secret: MasterSecret; readonly writes: readonly Write[] }> {
  const secret = generateMasterSecret(old.generation + 1)
  const methods = await Promise.all(remaining.map((row) => sealNextSecret(services, row, old, secret)))
  const rows = await Promise.all(
    services.masterSecretRotationSteps.map((reencrypt) => reencrypt(services.storage, ownerId, old, secret)),
  )
  return { secret, writes: [...methods, ...rows.flat()] }
}

/** Conditional on the pepper's key too: a method that was sealed with a new pepper concurrently has another tag. */
async function sealNextSecret(
  services: IdentityServices,
  row: SigningMethodRow,
  old: MasterSecret,
  next: MasterSecret,
): Promise<Update> {
  if (row.generation !== old.generation) throw new StaleReadError()
  await assertMethodTag(services.keyring, row, old)
  const { id, version, generation, pepperKeyId } = row
  return update(signingMethods, {
    where: { id, version, generation, pepperKeyId },
    set: await sealMasterSecret(services.keyring, row, next),
  })
}
