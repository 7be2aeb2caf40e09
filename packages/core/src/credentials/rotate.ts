import type { Services } from '../services.ts'
import { StaleRead, type Update, update, type Write } from '../storage/index.ts'
import { assertOwnMethod, type CredentialRow, type MasterSecret, newMasterSecret, sealSecretFor } from './sealing.ts'
import { credentials } from './tables.ts'

/**
 * The writes that replace an owner's master secret: it is sealed anew to the methods that stay, and all that it seals is
 * sealed under the new one, so that who knows a value that no longer counts cannot open a row written since. Belongs in a `decide`.
 * @throws StaleRead
 */
export async function rotation(
  services: Services,
  ownerId: string,
  old: MasterSecret,
  staying: readonly CredentialRow[],
): Promise<{ readonly secret: MasterSecret; readonly writes: readonly Write[] }> {
  const secret = newMasterSecret(old.generation + 1)
  const methods = await Promise.all(staying.map((row) => resealed(services, row, old, secret)))
  const rows = await Promise.all(
    services.sealedUnderSecret.map((reseal) => reseal(services.storage, ownerId, old, secret)),
  )
  return { secret, writes: [...methods, ...rows.flat()] }
}

/** Guarded by the key of the keyring too: a method that is sealed with a new pepper meanwhile has another tag. */
async function resealed(
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
