import { newId, type Storage } from '@billfold/core'
import { batch, insert } from '@billfold/core/storage'
import { heldCredentials } from '../holder/tables.ts'

/** Stores rows of credentials, which nobody opens, in the first slots of a user. */
export async function storeHeldRows(storage: Storage, userId: string, count: number): Promise<void> {
  const now = Date.now()
  for (let from = 0; from < count; from += 50) {
    const rows = Array.from({ length: Math.min(50, count - from) }, (_, index) =>
      insert(heldCredentials, {
        id: newId(),
        tenant: 'default',
        userId,
        format: 'dc+sd-jwt',
        type: 'urn:example:filler:1',
        sealedDescription: new Uint8Array(1),
        use: 'any',
        issuanceId: null,
        slot: from + index,
        createdAt: now,
        expiresAt: now + 366 * 24 * 60 * 60 * 1000,
      }),
    )
    await storage.commit(batch(...rows))
  }
}
