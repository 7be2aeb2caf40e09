import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { openTestDatabases } from '@billfold/test-databases'
import { expect, it } from 'vitest'
import { describeReport, fuzz } from '../fuzz/fuzz.ts'
import { startHost } from '../hosts.ts'
import { didHost } from './did-host.ts'

it('hostile requests to the DID API get no 500, do not hang, and leave nothing behind', async () => {
  const sqlite = (await openTestDatabases()).find(({ kind }) => kind === 'sqlite')
  if (sqlite === undefined) throw new Error('there is no SQLite')
  const { connect, drop } = await sqlite.open()
  const db = connect()
  await migrate(db, { dialect: 'sqlite' })
  const { billfold, authorization } = await didHost(kyselyStorage(db, { dialect: 'sqlite' }))
  const host = await startHost({ framework: 'koa', through: 'app', prefix: '/id', parser: false }, billfold.dids)
  // An MPC vault is answered 501 where there is no signer: that is no fault.
  const routes = billfold.dids.routes.filter(({ id }) => id !== 'createVault')
  const report = await fuzz(
    { port: host.port, prefix: '/id', routes, headers: { authorization } },
    { count: 1000, seed: 4 },
  )
  await host.close()
  await drop()
  expect(report.problems, describeReport(report)).toEqual([])
  expect(Object.keys(report.outcomes)).toEqual(expect.arrayContaining(['200', '400', '401', '404', '405', '422']))
})
