import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Host, startHost } from '../hosts/start-host.ts'
import { createCustodyCaller, type TransactingHost } from './transacting-host.ts'
import { basicAuthorization } from '../basic-authorization.ts'
import { createTwoInstances } from './two-instances.ts'

describe.each(await listTestDatabases())('a lockout after three failures, on $name', (database) => {
  const hosts: Host[] = []
  let calls: readonly TransactingHost['call'][]
  let drop: () => Promise<void>

  beforeAll(async () => {
    const made = await createTwoInstances(database, { lockout: { maxFailures: 3, durationSeconds: 86_400 } })
    drop = made.drop
    const { keyId, keySecret } = await made.instances[0].serviceKeys.create({ tag: 'races', scopes: ['custody'] })
    for (const { custody } of made.instances)
      hosts.push(await startHost({ framework: 'koa', through: 'app', prefix: '', parser: false }, custody))
    calls = hosts.map(({ port }) => createCustodyCaller(port, basicAuthorization(keyId, keySecret)))
  })

  afterAll(async () => {
    await Promise.all(hosts.map(({ close }) => close()))
    await drop()
  })

  const ask = (index: number, ...request: Parameters<TransactingHost['call']>) =>
    (calls[index % 2] ?? expect.fail('no host'))(...request)

  it('checks three of forty concurrent guesses on two hosts, then rejects the right value', async () => {
    const signingMethod = { type: 'PIN', value: '4711' }
    const { result: user } = await ask(0, 'POST', '/api/users', { signingMethod })
    const wallet = (index: number, pincode: string) =>
      ask(index, 'POST', '/api/wallets', { secretType: 'ETHEREUM', userId: user.id, pincode })
    const right = await Promise.all(Array.from({ length: 12 }, (_, index) => wallet(index, '4711')))
    expect(right.map(({ status }) => status)).toEqual(right.map(() => 200))
    const guesses = await Promise.all(Array.from({ length: 40 }, (_, index) => wallet(index, '0000')))
    const codes = guesses.flatMap((guess) => guess.codes)
    expect(codes.filter((code) => code === 'pincode.incorrect')).toHaveLength(3)
    expect(codes.filter((code) => code === 'pincode.no-tries-left')).toHaveLength(37)
    expect((await wallet(1, '4711')).codes).toEqual(['pincode.no-tries-left'])
    const { result: shown } = await ask(1, 'GET', `/api/users/${user.id}`)
    expect(shown.signingMethods[0]).toMatchObject({ incorrectAttempts: 3, remainingAttempts: 7 })
    expect(Date.parse(shown.signingMethods[0].lockedUntil)).toBeGreaterThan(Date.now() + 86_000_000)
  }, 300_000)
})
