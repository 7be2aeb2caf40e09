import { seal, unseal } from '../crypto/index.ts'
import type { Services } from '../services.ts'
import { insert, remove, type Write } from '../storage/index.ts'
import { place, type SessionRow, sessionLife } from './session.ts'
import { sessionValues } from './tables.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** The names of the values that a session can store beside its row. */
export type ValueName = 'device-info' | 'templates' | 'selfie' | 'result' | 'trust'

/** Lifetime of a stored value in milliseconds: the maximum lifetime of a session. */
const valueTtl = sessionLife.unopened + sessionLife.opened + sessionLife.ended

/** Builds the writes that store a sealed value of a session, replacing the previous one. */
export async function keepValue(
  services: Services,
  session: Pick<SessionRow, 'id' | 'tenant'>,
  name: ValueName,
  value: Uint8Array,
): Promise<readonly Write[]> {
  const { id: sessionId, tenant } = session
  const sealedValue = await seal(services.keyring, value, place(session, name))
  return [
    dropValue(session, name),
    insert(sessionValues, { sessionId, name, tenant, sealedValue, expiresAt: services.now() + valueTtl }),
  ]
}

/** Like {@link keepValue}, for a JSON value. */
export function keepJson(
  services: Services,
  session: Pick<SessionRow, 'id' | 'tenant'>,
  name: ValueName,
  value: unknown,
): Promise<readonly Write[]> {
  return keepValue(services, session, name, new TextEncoder().encode(JSON.stringify(value)))
}

/** Builds the write that deletes a value, if it exists. */
export function dropValue({ id: sessionId }: Pick<SessionRow, 'id'>, name: ValueName): Write {
  return remove(sessionValues, { where: { sessionId, name }, hits: 'any' })
}

/** Finds and opens a value of a session. */
export async function readValue(
  services: Services,
  session: Pick<SessionRow, 'id' | 'tenant'>,
  name: ValueName,
): Promise<Uint8Array | undefined> {
  const where = { sessionId: session.id, name }
  const [row] = await services.storage.find(sessionValues, { where, limit: 1 })
  return row === undefined ? undefined : unseal(services.keyring, row.sealedValue, place(session, name))
}

/** Like {@link readValue}, for a JSON value. */
export async function readJson(
  services: Services,
  session: Pick<SessionRow, 'id' | 'tenant'>,
  name: ValueName,
): Promise<unknown> {
  const bytes = await readValue(services, session, name)
  return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes))
}

/** The sealed column of session values, for re-encryption. */
export const sealedSessionValues = sealedColumn(sessionValues, 'sealedValue', ({ sessionId, tenant, name }) =>
  place({ id: sessionId, tenant }, name),
)
