import { isBillfoldError } from '@billfold/core'
import { batch, retryOnConflict, type Write } from '@billfold/core/storage'
import { listFreeCredentialSlots } from '../credentials/held-credentials.ts'
import { holderError } from '../holder-error.ts'
import type { HolderContext } from '../settings.ts'
import { type CredentialOutcome, type Issuance, notify } from './request-credentials.ts'
import { type CredentialOwner, storeCredentialWrites } from './store-credential.ts'

/** A credential that an issuer gave. */
export type GivenCredential = Extract<CredentialOutcome, { readonly kind: 'received' }>

/**
 * Stores credentials, each in a slot of its user, in one commit with other writes, and tells the issuer. Returns their ids. If other
 * credentials took the slots since the issuer was asked, none is stored.
 * @throws BillfoldError `held-credential.limit-reached`, `storage.conflict`
 */
export async function commitCredentials(
  context: HolderContext,
  issuance: Issuance,
  owner: CredentialOwner,
  given: readonly GivenCredential[],
  others: readonly Write[],
): Promise<readonly string[]> {
  const tell = async (event: 'credential_accepted' | 'credential_failure') => {
    for (const { notificationId } of given) await notify(context, issuance, notificationId, event)
  }
  try {
    const ids = await retryOnConflict(() => commitOnce(context, owner, given, others))
    await tell('credential_accepted')
    return ids
  } catch (error) {
    if (isBillfoldError(error) && error.code === 'held-credential.limit-reached') await tell('credential_failure')
    throw error
  }
}

async function commitOnce(
  context: HolderContext,
  owner: CredentialOwner,
  given: readonly GivenCredential[],
  others: readonly Write[],
): Promise<readonly string[]> {
  const slots = given.length === 0 ? [] : await listFreeCredentialSlots(context, owner.userId)
  const stored = await Promise.all(
    given.map(({ credential }, index) => {
      const slot = slots[index]
      if (slot === undefined) throw holderError('held-credential.limit-reached')
      return storeCredentialWrites(context, owner, credential, slot)
    }),
  )
  await context.services.storage.commit(batch(...others, ...stored.flatMap(({ writes }) => writes)))
  return stored.map(({ credentialId }) => credentialId)
}
