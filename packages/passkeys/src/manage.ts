import { auditWrite, eventWrites, securityNoticeWrites, type Services, type UserKey } from '@billfold/core/modules'
import { batch, isCommitError, remove, retryOnConflict, update, type Write } from '@billfold/core/storage'
import type { PasskeyContext } from './context.ts'
import { passkeyError } from './declarations.ts'
import { listPasskeyRows, sealName } from './passkey-rows.ts'
import { passkeyCredentials, type PasskeyRow } from './tables.ts'
import { countPasskey, findUserHandle } from './user-handles.ts'

/** What a page passes to `signalAllAcceptedCredentials` (WebAuthn Level 3 section 5.1.10). */
export interface AcceptedCredentials {
  readonly rpId: string
  /** The user handle, base64url. */
  readonly userId: string
  readonly allAcceptedCredentialIds: readonly string[]
}

/** Returns a passkey of a user. @throws BillfoldError `passkey.not-found` */
export async function getPasskey(
  { services: { storage } }: PasskeyContext,
  { tenant, userId }: UserKey,
  id: string,
): Promise<PasskeyRow> {
  const [row] = await storage.find(passkeyCredentials, { where: { id, tenant, userId }, limit: 1 })
  if (row === undefined) throw passkeyError('passkey.not-found')
  return row
}

/** Gives a passkey another name. @throws BillfoldError `passkey.not-found` */
export async function renamePasskey(context: PasskeyContext, user: UserKey, id: string, name: string): Promise<void> {
  const { services, actor } = context
  await getPasskey(context, user, id)
  const sealedName = await sealName(services, { tenant: user.tenant, id }, name)
  await commitOrNotFound(context, [
    update(passkeyCredentials, { where: { id, ...user }, set: { sealedName } }),
    auditWrite(actor, 'passkey.renamed', id, services.now(), { userId: user.userId }),
  ])
}

/**
 * Removes a passkey that only signs in.
 * @throws BillfoldError `passkey.not-found`; `passkey.is-signing-method` if it opens keys
 */
export async function removePasskey(context: PasskeyContext, user: UserKey, id: string): Promise<void> {
  const { services } = context
  await retryOnConflict(async () => {
    const row = await getPasskey(context, user, id)
    if (row.methodId !== null) throw passkeyError('passkey.is-signing-method')
    const notice = await noticeWrites(services, 'security.passkey-removed', row)
    await services.storage.commit(batch(...removalWrites(context, row), ...notice))
  })
}

/** Returns the writes that notify a user about a passkey, for the commit of what is reported. */
export function noticeWrites(
  services: Services,
  topic: 'security.passkey-created' | 'security.passkey-removed' | 'security.passkey-cloned',
  { tenant, userId, id: passkeyId }: Pick<PasskeyRow, 'tenant' | 'userId' | 'id'>,
): Promise<readonly Write[]> {
  return securityNoticeWrites(services, { tenant, topic, userId, detail: { passkeyId } })
}

/** Returns the writes that remove a passkey. */
export function removalWrites({ services, actor }: PasskeyContext, row: PasskeyRow): readonly Write[] {
  const { id, tenant, userId, methodId } = row
  return [
    remove(passkeyCredentials, { where: { id, tenant, methodId } }),
    countPasskey(row, -1),
    auditWrite(actor, 'passkey.removed', id, services.now(), { userId }),
    ...eventWrites(services, tenant, 'passkey.removed', { passkeyId: id, userId }),
  ]
}

/** Returns what a page tells the browser after a passkey was removed, so that it no longer offers it. */
export async function listAccepted(context: PasskeyContext, user: UserKey): Promise<AcceptedCredentials | undefined> {
  const { services, settings } = context
  const userId = await findUserHandle(services.storage, user)
  if (userId === undefined) return undefined
  const allAcceptedCredentialIds = (await listPasskeyRows(services, user)).map(({ credentialId }) => credentialId)
  return { rpId: settings.relyingPartyOf(user.tenant).rpId, userId, allAcceptedCredentialIds }
}

async function commitOrNotFound({ services }: PasskeyContext, writes: readonly Write[]): Promise<void> {
  try {
    await services.storage.commit(batch(...writes))
  } catch (cause) {
    if (isCommitError(cause)) throw passkeyError('passkey.not-found', { cause })
    throw cause
  }
}
