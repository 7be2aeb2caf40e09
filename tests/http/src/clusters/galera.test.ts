import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { connectTo, type GaleraCluster, missingForGalera, requiredEngines, startGalera } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runConformance } from './conformance.ts'
import { measureSkew } from './write-skew.ts'

const dialect = 'mysql'
const missing = missingForGalera()

test('the Galera suite knows what it needs', () => {
  expect(['mariadbd', 'mariadb-install-db', 'rsync', 'galera-4']).toEqual(expect.arrayContaining([...missing]))
})

for (const start of requiredEngines(missing, startGalera)) {
  describe('three writers of a Galera cluster', () => {
    let cluster: GaleraCluster | undefined
    const getUrls = (): string[] => cluster?.nodes.map(({ url }) => url) ?? []
    beforeAll(async () => {
      cluster = await start()
    }, 600_000)
    afterAll(() => cluster?.stop())

    test('migrated from each node at once have one schema, which verify() accepts on each', async () => {
      const databases = getUrls().map((url) => connectTo(dialect, url))
      const applied = await Promise.all(databases.map((db) => migrate(db, { dialect, cluster: 'galera' })))
      expect(applied.flat()).toContain('core/0001-initial-schema')
      for (const db of databases) await kyselyStorage(db, { dialect, cluster: 'galera' }).verify()
      expect(await Promise.all(databases.map((db) => migrate(db, { dialect, cluster: 'galera' })))).toEqual([
        [],
        [],
        [],
      ])
      await Promise.all(databases.map((db) => db.destroy()))
    })

    test('pass the conformance suite with one storage on each', async () => {
      const conformance = await runConformance({ dialect, urls: getUrls(), cluster: 'galera' }, 'conformance_')
      expect(conformance.failures).toEqual([])
      expect(conformance.passed).toBe(conformance.total)
    }, 600_000)

    test('never apply two batches that exclude each other, and read what another has committed', async () => {
      expect(await measureSkew({ dialect, urls: getUrls(), cluster: 'galera' }, 100, 'skew_')).toEqual({
        rounds: 100,
        both: 0,
        one: 100,
        none: 0,
        staleReads: 0,
      })
    })

    test('are refused by verify() and migrate() without the option', async () => {
      const db = connectTo(dialect, getUrls()[0] ?? '')
      const issues = [{ path: 'session.wsrep_on', message: expect.stringContaining(`cluster: 'galera'`) }]
      const mismatch = { code: 'storage.session-mismatch', issues }
      await expect(kyselyStorage(db, { dialect }).verify()).rejects.toMatchObject(mismatch)
      await expect(migrate(db, { dialect })).rejects.toMatchObject(mismatch)
      await db.destroy()
    })
  })
}
