import type { IdentityServices } from '../../identity/services.ts'
import { seal, open } from '../../kernel/crypto/index.ts'
import { insert, remove, type Write } from '../../kernel/storage/index.ts'
import { sessionEncryptionContext, type SessionRow, sessionTtl } from './session.ts'
import { sessionValues } from './tables.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** The names of the values that a session can store beside its row. */
export type SessionValueName = 'device-info' | 'templates' | 'selfie' | 'result' | 'trust' | 'consent'

/** Lifetime of a stored value in milliseconds: the maximum lifetime of a session. */
const valueTtl = sessionTtl.created + sessionTtl.started + sessionTtl.ended

/** Builds the writes that store a sealed value of a session, replacing the previous one. */
export async function saveSessionValueWrites(
  services: IdentityServices,
  session: Pick<SessionRow, 'id' | 'tenant'>,
  name: SessionValueName,
  value: Uint8Array,
): Promise<readonly Write[]> {
  const { id: sessionId, tenant } = session
  const sealedValue = await seal(services.keyring, value, sessionEncryptionContext(session, name))
  return [
    deleteSessionValueWrite(session, name),
    insert(sessionValues, { sessionId, name, tenant, sealedValue, expiresAt: services.now() + valueTtl }),
  ]
}

/** Like {@link saveSessionValueWrites}, for a JSON value. */
export function saveSessionJsonWrites(
  services: IdentityServices,
  session: Pick<SessionRow, 'id' | 'tenant'>,
  name: SessionValueName,
  value: unknown,
): Promise<readonly Write[]> {
  return saveSessionValueWrites(services, session, name, new TextEncoder().encode(JSON.stringify(value)))
}

/** Builds the write that deletes a value, if it exists. */
export function deleteSessionValueWrite({ id: sessionId }: Pick<SessionRow, 'id'>, name: SessionValueName): Write {
  return remove(sessionValues, { where: { sessionId, name }, expectedRows: 'any' })
}

/** Finds and opens a value of a session. */
export async function findSessionValue(
  services: IdentityServices,
  session: Pick<SessionRow, 'id' | 'tenant'>,
  name: SessionValueName,
): Promise<Uint8Array | undefined> {
  const where = { sessionId: session.id, name }
  const [row] = await services.storage.find(sessionValues, { where, limit: 1 })
  return row === undefined
    ? undefined
    : open(services.keyring, row.sealedValue, sessionEncryptionContext(session, name))
}

/** Like {@link findSessionValue}, for a JSON value. */
export async function findSessionJson(
  services: IdentityServices,
  session: Pick<SessionRow, 'id' | 'tenant'>,
  name: SessionValueName,
): Promise<unknown> {
  const bytes = await findSessionValue(services, session, name)
  return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes))
}

/** The sealed column of session values, for re-encryption. */
export const sealedSessionValues = sealedColumn(sessionValues, 'sealedValue', ({ sessionId, tenant, name }) =>
  sessionEncryptionContext({ id: sessionId, tenant }, name),
)
