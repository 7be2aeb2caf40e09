import { seal, unseal } from '../crypto/index.ts'
import type { Services } from '../services.ts'
import { insert, remove, type Write } from '../storage/index.ts'
import { place, type SessionRow, sessionLife } from './session.ts'
import { sessionValues } from './tables.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** What a session can keep beside its row. */
export type ValueName = 'device-info' | 'templates' | 'selfie' | 'result' | 'trust'

/** How long values are kept after they were written: longer than any session. */
const kept = sessionLife.unopened + sessionLife.opened + sessionLife.ended

/** The writes that keep a value of a session, in place of what was there. */
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
    insert(sessionValues, { sessionId, name, tenant, sealedValue, expiresAt: services.now() + kept }),
  ]
}

/** As {@link keepValue}, for what JSON can hold. */
export function keepJson(
  services: Services,
  session: Pick<SessionRow, 'id' | 'tenant'>,
  name: ValueName,
  value: unknown,
): Promise<readonly Write[]> {
  return keepValue(services, session, name, new TextEncoder().encode(JSON.stringify(value)))
}

/** The write that drops a value, where there is one. */
export function dropValue({ id: sessionId }: Pick<SessionRow, 'id'>, name: ValueName): Write {
  return remove(sessionValues, { where: { sessionId, name }, hits: 'any' })
}

/** A value of a session, or undefined. */
export async function readValue(
  services: Services,
  session: Pick<SessionRow, 'id' | 'tenant'>,
  name: ValueName,
): Promise<Uint8Array | undefined> {
  const where = { sessionId: session.id, name }
  const [row] = await services.storage.find(sessionValues, { where, limit: 1 })
  return row === undefined ? undefined : unseal(services.keyring, row.sealedValue, place(session, name))
}

/** As {@link readValue}, for what was kept as JSON. */
export async function readJson(
  services: Services,
  session: Pick<SessionRow, 'id' | 'tenant'>,
  name: ValueName,
): Promise<unknown> {
  const bytes = await readValue(services, session, name)
  return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes))
}

/** What the keyring seals here. */
export const sealedSessionValues = sealedColumn(sessionValues, 'sealedValue', ({ sessionId, tenant, name }) =>
  place({ id: sessionId, tenant }, name),
)
