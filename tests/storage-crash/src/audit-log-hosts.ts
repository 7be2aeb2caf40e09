import { type Billfold, createBillfold, localKeyring, newId, newKey, type Storage } from '@billfold/core'
import { batch, insert, remove, type Write } from '@billfold/core/storage'
import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { type ConnectedStore, getTable, listStores } from './stores.ts'

export const records = getTable('audit_records')
export const links = getTable('audit_links')

/** The keys that hosts know. */
export const keys = { k1: newKey(), k2: newKey(), k3: newKey() }

/** Creates a host over a storage. */
export function createHost(
  storage: Storage,
  currentKeyId = 'k1',
  known: Readonly<Record<string, string>> = keys,
): Billfold {
  return createBillfold({ storage, keyring: localKeyring({ keys: known, currentKeyId }) })
}

/** A record that no host has written. */
export function recordRow(at = Date.now(), change: Readonly<Record<string, string | null>> = {}) {
  const common = { action: 'licence.created', actor: 'host', subject: newId(), detail: null }
  return { id: newId(), tenant: 'default', at, ...common, link: null, ...change }
}

/** Adds records that are in no link yet. */
export async function addRecords(storage: Storage, count: number): Promise<void> {
  for (let remaining = count; remaining > 0; remaining -= 500)
    await storage.commit(batch(...Array.from({ length: Math.min(remaining, 500) }, () => insert(records, recordRow()))))
}

/** An audit log that is empty before each test, and what the tests do with it. */
export interface AuditLogUnderTest {
  readonly storage: Storage
  /** Of another process. */
  readonly otherStorage: Storage
  readonly host: Billfold
  /** Writes as an attacker with access to the database does. */
  readonly intrude: (...writes: readonly Write[]) => Promise<void>
  readonly findings: (
    checkpoint?: Readonly<{ number: number; hash: string }>,
  ) => Promise<Awaited<ReturnType<Billfold['audit']['verify']>>['findings']>
  /** Creates three links of two records each. Returns the ids of the records. */
  readonly threeLinks: () => Promise<string[]>
}

/** Runs a suite on the audit log in memory and in every database. The log can be used within tests only. */
export async function describeAuditLog(suite: (log: AuditLogUnderTest) => void): Promise<void> {
  for (const store of await listStores())
    describe(`the audit log in ${store.name}`, () => {
      let open: ConnectedStore | undefined
      let host: Billfold | undefined
      const getOpen = (): ConnectedStore => open ?? unavailable()
      const getHost = (): Billfold => host ?? unavailable()
      const getStorage = (): Storage => getOpen().storages[0]
      beforeAll(async () => {
        open = await store.create()
        host = createHost(open.storages[0])
      })
      beforeEach(() =>
        getStorage().commit(
          batch(remove(records, { where: {}, expectedRows: 'any' }), remove(links, { where: {}, expectedRows: 'any' })),
        ),
      )
      afterAll(() => open?.drop())
      suite({
        get storage() {
          return getStorage()
        },
        get otherStorage() {
          return getOpen().storages[1]
        },
        get host() {
          return getHost()
        },
        intrude: (...writes) => getStorage().commit(batch(...writes)),
        findings: async (checkpoint) =>
          (await getHost().audit.verify(checkpoint === undefined ? {} : { checkpoint })).findings,
        threeLinks: () => createThreeLinks(getStorage(), getHost()),
      })
    })
}

function unavailable(): never {
  throw new Error('The audit log is there within tests only')
}

async function createThreeLinks(storage: Storage, host: Billfold): Promise<string[]> {
  for (let link = 0; link < 3; link++) {
    await addRecords(storage, 2)
    await host.audit.checkpoint()
  }
  const rows = await storage.find(records, {
    orderBy: [
      ['link', 'asc'],
      ['id', 'asc'],
    ],
  })
  return rows.map(({ id }) => String(id))
}
