import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { openTestDatabases } from '@billfold/test-databases'
import { expect, it } from 'vitest'
import { describeReport, fuzz } from '../fuzz/fuzz.ts'
import { startHost } from '../hosts/start-host.ts'
import { createFaceHost } from './face-host.ts'

it('hostile requests to the authentication API cause no 500 and no hang', async () => {
  const sqlite = (await openTestDatabases()).find(({ kind }) => kind === 'sqlite')
  if (sqlite === undefined) throw new Error('there is no SQLite')
  const { connect, drop } = await sqlite.open()
  const db = connect()
  await migrate(db, { dialect: 'sqlite' })
  const { billfold } = await createFaceHost({ storage: kyselyStorage(db, { dialect: 'sqlite' }) })
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'fuzz', scopes: ['*'] })
  const mounting = { framework: 'express 5', through: 'app', prefix: '/id', parser: false } as const
  const host = await startHost(mounting, billfold.authentication)
  const { routes } = billfold.authentication
  const target = { port: host.port, prefix: mounting.prefix, routes, headers: { keyId, keySecret } }
  const report = await fuzz(target, { count: 1500, seed: 3 })
  await host.close()
  await drop()
  // A service that is not configured returns 501; any other 5xx is a fault.
  expect(report.problems, describeReport(report)).toEqual([])
  expect(Object.keys(report.outcomes)).toEqual(expect.arrayContaining(['200', '400', '401', '404', '405', '413']))
})
