import { type Place, seal, sealedWith, unseal } from '../crypto/index.ts'
import { newId } from '../ids.ts'
import { auditRecord } from '../audit/record.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError, type RowOf, update } from '../storage/index.ts'
import type { EnvelopeCurve } from './curve.ts'
import { type Envelopes, envelopes } from './envelopes.ts'
import { newPrivateKey } from './keys.ts'
import { systemKeys } from './tables.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

type SystemKeyRow = RowOf<typeof systemKeys>

/** The envelopes of a tenant's system key. */
export type SystemEnvelopes = (tenant: string) => Promise<Envelopes>

/**
 * The system key pairs of the tenants on a curve. A pair is made when it is first needed, by one of all the processes that need it,
 * and then kept in the storage for good; a process reads it once. A failure is not kept, so that the next call tries again.
 */
export function systemEnvelopes(services: Services, curve: EnvelopeCurve): SystemEnvelopes {
  const loaded = new Map<string, Promise<Envelopes>>()
  return (tenant) => {
    const known = loaded.get(tenant)
    if (known !== undefined) return known
    const loading = loadOrMake(services, tenant, curve).then((key) => envelopes(curve, key))
    loaded.set(tenant, loading)
    loading.catch(() => loaded.delete(tenant))
    return loading
  }
}

async function loadOrMake(services: Services, tenant: string, curve: EnvelopeCurve): Promise<Uint8Array> {
  const row = (await find(services, tenant, curve)) ?? (await make(services, tenant, curve))
  const privateKey = await unseal(services.keyring, row.sealedPrivateKey, placeOf(row))
  if (sealedWith(row.sealedPrivateKey) !== services.keyring.currentKeyId) {
    const sealedPrivateKey = await seal(services.keyring, privateKey, placeOf(row))
    await services.storage.commit(
      batch(update(systemKeys, { where: { id: row.id }, set: { sealedPrivateKey }, hits: 'any' })),
    )
  }
  return privateKey
}

async function find(services: Services, tenant: string, curve: EnvelopeCurve): Promise<SystemKeyRow | undefined> {
  const [row] = await services.storage.find(systemKeys, { where: { tenant, curve }, limit: 1 })
  return row
}

async function make(services: Services, tenant: string, curve: EnvelopeCurve): Promise<SystemKeyRow> {
  const made = { id: newId(), tenant, curve, createdAt: services.now() }
  const sealedPrivateKey = await seal(services.keyring, newPrivateKey(curve), placeOf(made))
  const row = { ...made, sealedPrivateKey }
  const actor = { tenant, id: 'billfold' }
  try {
    await services.storage.commit(
      batch(insert(systemKeys, row), auditRecord(actor, 'system-key.created', row.id, row.createdAt, { curve })),
    )
    return row
  } catch (error) {
    const other = isCommitError(error) ? await find(services, tenant, curve) : undefined
    if (other === undefined) throw error
    return other
  }
}

/** The curve is part of the place: the same number is another key on the other curve. */
function placeOf({ tenant, id, curve }: Pick<SystemKeyRow, 'tenant' | 'id' | 'curve'>): Place {
  return { tenant, table: systemKeys.name, row: id, field: `privateKey ${curve}` }
}

/** What the keyring seals here. */
export const sealedSystemKeys = sealedColumn(systemKeys, 'sealedPrivateKey', placeOf)
