import type { Storage } from '../../kernel/storage/index.ts'
import type { PepperedValues } from '../../platform/peppered-values.ts'
import { masterSecrets, signingMethods } from './tables.ts'

const batchSize = 1000

/** The keys that signing methods depend on. Those of archived owners can never be used again, so they need no key. */
export const pepperedSigningMethods: PepperedValues = { name: 'signing methods', listKeyIds: listPepperKeyIds }

async function* listPepperKeyIds(storage: Storage, currentKeyId: string): AsyncGenerator<string> {
  for (let after = ''; ; ) {
    const rows = await storage.find(signingMethods, {
      where: { id: { gt: after }, pepperKeyId: { ne: currentKeyId } },
      orderBy: [['id', 'asc']],
      limit: batchSize,
    })
    const ownerIds = [...new Set(rows.map(({ ownerId }) => ownerId))]
    const active = await storage.find(masterSecrets, { where: { ownerId: { in: ownerIds }, closedAt: null } })
    const activeOwnerIds = new Set(active.map(({ ownerId }) => ownerId))
    for (const { pepperKeyId, ownerId } of rows) if (activeOwnerIds.has(ownerId)) yield pepperKeyId
    after = rows.at(-1)?.id ?? after
    if (rows.length < batchSize) return
  }
}
