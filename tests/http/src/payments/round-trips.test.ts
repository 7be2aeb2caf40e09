import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { connectWithDriverTo, listTestDatabases, startRoundTripProxy } from '@billfold/test-databases'
import { describe, expect, test } from 'vitest'
import { startHost } from '../hosts/start-host.ts'
import type { RequestDriver } from '../request-driver.ts'
import { sendRequest } from '../send-request.ts'
import {
  callEndpoint,
  confirmPayment,
  createPayment,
  createPaymentsHost,
  type PaymentsUser,
  registerUser,
} from './payments-client.ts'

/** Lets the test count the round trips of a call to the database. */
interface CountedHost extends RequestDriver {
  readonly count: <T>(call: () => Promise<T>) => Promise<{ readonly result: T; readonly roundTrips: number }>
  readonly close: () => Promise<void>
}

const databases = (await listTestDatabases()).filter(({ kind }) => kind === 'postgres')
// oxlint-disable-next-line vitest/warn-todo, vitest/no-conditional-tests -- vitest fails a file without tests; this one is reported
if (databases.length === 0) test.todo('needs PostgreSQL')
describe.each(databases)('on $name', (database) => {
  /** Starts a host whose connections to the database are counted. */
  async function startCountedHost(): Promise<CountedHost> {
    const fresh = await database.create()
    const { dialect } = database
    const proxy = await startRoundTripProxy(fresh.url ?? '')
    const { db, driver } = connectWithDriverTo(dialect, proxy.url)
    await migrate(db, { dialect })
    const { billfold } = await createPaymentsHost(kyselyStorage(db, { dialect, ...driver }))
    const mounting = { framework: 'express 5', through: 'app', prefix: '', parser: false } as const
    const host = await startHost(mounting, billfold.payments)
    return {
      request: (method, path, sent) => sendRequest(host.port, method, path, sent),
      count: async (call) => {
        const before = proxy.roundTrips()
        const result = await call()
        return { result, roundTrips: proxy.roundTrips() - before }
      },
      close: async () => {
        await host.close()
        await db.destroy()
        await proxy.close()
        await fresh.drop()
      },
    }
  }

  /** Pays once, with the key in the header or the body, and returns the round trips of both requests. */
  async function pay(
    host: CountedHost,
    from: PaymentsUser,
    to: PaymentsUser,
    place: 'header' | 'body',
    reference: string,
  ) {
    const headers = place === 'header' ? { authorization: from.apikey } : {}
    const key = place === 'body' ? { apikey: from.apikey } : {}
    const request = { ...key, sender_email: from.email, recv_email: to.email, recv_mobile: to.phone, amount: '0.01' }
    const created = await host.count(() =>
      callEndpoint(host, 'createsession', { ...request, transaction_reference: reference }, headers),
    )
    const session: string = created.result.data.sessionid
    const legs = { amount: '0.01', from_phone: from.phone, to_mobile: to.phone, payment_leg: 'B', session }
    const confirmed = await host.count(() => callEndpoint(host, 'confirmpayment', { ...key, ...legs }, headers))
    expect(confirmed.result).toMatchObject({ status: 200, data: { status: '1' } })
    return { create: created.roundTrips, confirm: confirmed.roundTrips }
  }

  test('a payment takes six round trips to the database, with the key in the header or the body', async () => {
    const host = await startCountedHost()
    const [from, to] = [await registerUser(host), await registerUser(host)]
    const first = { from, to, amount: '0.01', session: (await createPayment(host, from, to, '0.01')).data.sessionid }
    await confirmPayment(host, 'B', first)
    await confirmPayment(host, 'A', first)
    // Opens the connections, and prepares the statements.
    for (let round = 0; round < 3; round++) await pay(host, from, to, 'body', `warm-up-${round}`)
    expect(await pay(host, from, to, 'body', 'in-the-body')).toEqual({ create: 3, confirm: 3 })
    expect(await pay(host, from, to, 'header', 'in-the-header')).toEqual({ create: 3, confirm: 3 })
    await host.close()
  })
})
