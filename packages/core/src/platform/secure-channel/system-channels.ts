import { type EncryptionContext, seal, sealingKeyId, open } from '../../kernel/crypto/index.ts'
import { newId } from '../../kernel/ids.ts'
import { auditWrite } from '../audit/audit-write.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError, type RowOf, update } from '../../kernel/storage/index.ts'
import type { SecureChannelCurve } from './curve.ts'
import { type SecureChannels, createSecureChannels } from './secure-channel.ts'
import { generateChannelPrivateKey } from './channel-keys.ts'
import { systemKeys } from './tables.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

type SystemKeyRow = RowOf<typeof systemKeys>

/** Returns the secure channels of a tenant's system key. */
export type SystemChannels = (tenant: string) => Promise<SecureChannels>

/**
 * Creates a lookup of the secure channels of each tenant's system key on a curve. The key pair is generated on first use, by exactly
 * one process, and stored permanently; each process loads it once. Failures are not cached, so the next call tries again.
 */
export function createSystemChannels(services: Services, curve: SecureChannelCurve): SystemChannels {
  const loaded = new Map<string, Promise<SecureChannels>>()
  return (tenant) => {
    const cached = loaded.get(tenant)
    if (cached !== undefined) return cached
    const loading = getOrCreatePrivateKey(services, tenant, curve).then((key) => createSecureChannels(curve, key))
    loaded.set(tenant, loading)
    loading.catch(() => loaded.delete(tenant))
    return loading
  }
}

async function getOrCreatePrivateKey(
  services: Services,
  tenant: string,
  curve: SecureChannelCurve,
): Promise<Uint8Array> {
  const row = (await findSystemKey(services, tenant, curve)) ?? (await createSystemKey(services, tenant, curve))
  const privateKey = await open(services.keyring, row.sealedPrivateKey, privateKeyContext(row))
  if (sealingKeyId(row.sealedPrivateKey) !== services.keyring.currentKeyId) {
    const sealedPrivateKey = await seal(services.keyring, privateKey, privateKeyContext(row))
    await services.storage.commit(
      batch(update(systemKeys, { where: { id: row.id }, set: { sealedPrivateKey }, expectedRows: 'any' })),
    )
  }
  return privateKey
}

async function findSystemKey(
  services: Services,
  tenant: string,
  curve: SecureChannelCurve,
): Promise<SystemKeyRow | undefined> {
  const [row] = await services.storage.find(systemKeys, { where: { tenant, curve }, limit: 1 })
  return row
}

async function createSystemKey(services: Services, tenant: string, curve: SecureChannelCurve): Promise<SystemKeyRow> {
  const columns = { id: newId(), tenant, curve, createdAt: services.now() }
  const sealedPrivateKey = await seal(services.keyring, generateChannelPrivateKey(curve), privateKeyContext(columns))
  const row = { ...columns, sealedPrivateKey }
  const actor = { tenant, id: 'billfold' }
  try {
    await services.storage.commit(
      batch(insert(systemKeys, row), auditWrite(actor, 'system-key.created', row.id, row.createdAt, { curve })),
    )
    return row
  } catch (error) {
    // Another process may have created the key first.
    const concurrent = isCommitError(error) ? await findSystemKey(services, tenant, curve) : undefined
    if (concurrent === undefined) throw error
    return concurrent
  }
}

/** The encryption context includes the curve, because the same scalar is a different key on the other curve. */
function privateKeyContext({ tenant, id, curve }: Pick<SystemKeyRow, 'tenant' | 'id' | 'curve'>): EncryptionContext {
  return { tenant, table: systemKeys.name, row: id, field: `privateKey ${curve}` }
}

/** The sealed column of system keys, for re-encryption. */
export const sealedSystemKeys = sealedColumn(systemKeys, 'sealedPrivateKey', privateKeyContext)
