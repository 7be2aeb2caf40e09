import { newKey } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RequestDriver } from '../request-driver.ts'
import { sendRequest } from '../send-request.ts'
import {
  callEndpoint,
  createPaymentsHost,
  getBalance,
  type PaymentsHost,
  type PaymentsUser,
  registerUser,
  testKeyring,
} from './payments-client.ts'
import { type HostProcess, startProcess } from './start-process.ts'

const deposits = 12
const outcomes = ['SUCCESS', 'FAILED', 'CANCELLED', 'SUCCESS', 'FAILED', 'CANCELLED'] as const
const refusal = 'Error Occurred The transaction already ended with another result'

const databases = (await listTestDatabases({ servers: 'always' })).filter(({ kind }) => kind !== 'pglite')

describe.each(databases)('two processes that receive different results of one deposit on $name', (database) => {
  let host: PaymentsHost
  let processes: readonly HostProcess[] = []
  let drop: () => Promise<void> = async () => {}

  beforeAll(async () => {
    const fresh = await database.create()
    drop = fresh.drop
    const { dialect } = database
    const { url } = fresh
    if (url === undefined) throw new Error('there is no URL')
    const db = fresh.connect()
    await migrate(db, { dialect })
    const rootKey = newKey()
    host = await createPaymentsHost(kyselyStorage(db, { dialect }), { keyring: testKeyring(rootKey) })
    processes = await Promise.all([0, 1].map(() => startProcess({ dialect, url, rootKey })))
  })
  afterAll(async () => {
    await Promise.all(processes.map(({ kill }) => kill()))
    await drop()
  })

  const at = (index: number): RequestDriver => ({
    request: (method, path, sent) => sendRequest(processes[index % processes.length]?.port ?? 0, method, path, sent),
  })

  /** Creates a deposit, sends all results at once to both processes in turn, and returns the outcome that won. */
  async function raceResults(person: PaymentsUser, index: number): Promise<string> {
    const deposit = { email: person.email, transaction_reference: `race-${index}`, amount: '5.00' }
    const kind = { transaction_type: 'DEPOSIT', currency: 'USD', payment_gateway: 'test', apikey: person.apikey }
    expect((await callEndpoint(at(index), 'create_transaction', { ...deposit, ...kind })).code).toBe('0')
    const authorization = host.serviceAuthorization
    const replies = await Promise.all(
      outcomes.map(async (outcome, turn) => {
        const reply = await callEndpoint(
          at(index + turn),
          'update_transaction',
          { ...deposit, status: outcome },
          { authorization },
        )
        return { ...reply, outcome }
      }),
    )
    const accepted = replies.filter(({ code }) => code === '0').map(({ outcome }) => outcome)
    expect(new Set(accepted).size).toBe(1)
    // The winner, and its repetition at the other process.
    expect(accepted).toHaveLength(2)
    const others = replies.filter(({ code }) => code !== '0').map(({ message }) => message)
    expect(others).toEqual(Array(outcomes.length - 2).fill(refusal))
    return accepted[0] ?? ''
  }

  it('accept one, refuse the others by name, and credit the user only for a success', {
    timeout: 180_000,
  }, async () => {
    const person = await registerUser(at(0))
    const won: string[] = []
    for (let index = 0; index < deposits; index++) won.push(await raceResults(person, index))
    const credited = won.filter((outcome) => outcome === 'SUCCESS').length
    const expected = { balance: `${credited * 5}.25`, held: '0.00' }
    expect(await getBalance(at(0), person)).toEqual(expected)
    expect(await getBalance(at(1), person)).toEqual(expected)
    expect((await host.billfold.payments.checkConsistency()).findings).toEqual([])
  })
})
