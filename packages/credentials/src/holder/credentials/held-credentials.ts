import {
  type Actor,
  type AuthorizedMethod,
  auditWrite,
  eventWrites,
  loadMasterSecret,
  methodUnchanged,
} from '@billfold/core/modules'
import { batch, remove, retryOnConflict } from '@billfold/core/storage'
import { type JsonObject, toJsonClaims } from '../../formats/json.ts'
import { listFreeSlots } from '../free-slots.ts'
import { holderError } from '../holder-error.ts'
import { readStored } from '../receive/verify-received.ts'
import { loadSecret, openInstance } from '../secrets/holder-secrets.ts'
import type { StoredContext } from '../../stored-context.ts'
import type { HolderContext } from '../settings.ts'
import { type HeldCredentialRow, heldCredentials, heldInstances, holderIssuances } from '../tables.ts'
import { type HeldCredential, toHeldCredential } from './credential-description.ts'

/** The largest number of credentials of a user. */
const maxCredentials = 200

/** Lists the credentials of a user, newest first. */
export async function listHeldCredentials(context: StoredContext, userId: string): Promise<readonly HeldCredential[]> {
  const rows = await listCredentialRows(context, userId)
  const held: HeldCredential[] = []
  for (const row of rows) held.push(await toHeldCredential(context, row))
  return held
}

/** Lists the rows of a user's credentials, newest first. */
export function listCredentialRows(
  { services, tenant }: StoredContext,
  userId: string,
): Promise<readonly HeldCredentialRow[]> {
  const where = { tenant, userId }
  return services.storage.find(heldCredentials, { where, orderBy: [['id', 'desc']], limit: maxCredentials })
}

/** Lists the slots that a user has for further credentials. */
export async function listFreeCredentialSlots(context: HolderContext, userId: string): Promise<readonly number[]> {
  const rows = await listCredentialRows(context, userId)
  return listFreeSlots(
    rows.map(({ slot }) => slot),
    maxCredentials,
  )
}

/** Returns a credential of a user. @throws BillfoldError `held-credential.not-found` */
export async function getCredentialRow(
  { services, tenant }: HolderContext,
  userId: string,
  id: string,
): Promise<HeldCredentialRow> {
  const [row] = await services.storage.find(heldCredentials, { where: { id, tenant, userId }, limit: 1 })
  if (row === undefined) throw holderError('held-credential.not-found')
  return row
}

/**
 * Opens the values of a credential with a signing method of its user, as JSON: bytes are base64url.
 * @throws BillfoldError `held-credential.not-found`, `signing-method.invalid`
 */
export async function openCredential(
  context: HolderContext,
  userId: string,
  id: string,
  authorized: AuthorizedMethod,
): Promise<JsonObject> {
  const row = await getCredentialRow(context, userId, id)
  return retryOnConflict(async () => {
    const { secret } = await loadMasterSecret(context.services, authorized)
    const where = { credentialId: id, userId }
    const [instance] = await context.services.storage.find(heldInstances, { where, limit: 1 })
    if (instance === undefined) throw holderError('held-credential.not-found')
    const { boxKey } = await loadSecret(context, instance.secretId, secret)
    return toJsonClaims(await readStored(row.format, openInstance(boxKey, instance, instance.sealedCredential)))
  })
}

/** Forgets a credential with all its instances. @throws BillfoldError `held-credential.not-found` */
export async function forgetCredential(
  context: HolderContext,
  actor: Actor,
  userId: string,
  id: string,
  authorized: AuthorizedMethod,
): Promise<void> {
  const { services, tenant } = context
  await retryOnConflict(async () => {
    const { issuanceId } = await getCredentialRow(context, userId, id)
    const others = await services.storage.find(heldCredentials, { where: { tenant, userId, issuanceId }, limit: 2 })
    await services.storage.commit(
      batch(
        methodUnchanged(authorized),
        remove(heldCredentials, { where: { id, tenant, userId } }),
        remove(heldInstances, { where: { credentialId: id, userId }, expectedRows: 'any' }),
        // Its tokens renew nothing any more.
        ...(issuanceId !== null && others.length === 1
          ? [remove(holderIssuances, { where: { id: issuanceId, userId }, expectedRows: 'any' })]
          : []),
        auditWrite(actor, 'credential.forgotten', id, services.now(), { userId }),
        ...eventWrites(services, tenant, 'credential.forgotten', { credentialId: id, userId }),
      ),
    )
  })
}
