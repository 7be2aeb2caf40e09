import { localKeyring, newKey } from '@billfold/core'
import { passkeys } from '@billfold/passkeys'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import type { RequestDriver } from '../request-driver.ts'
import { createLoginFlow, type LoginBrowser, type LoginFlow, type StepReply } from './login-flow.ts'
import {
  createPasskeyHolder,
  createPasskeyLoginHost,
  type PasskeyLoginHost,
  relyingParty,
  startPasskey,
} from './passkey-login-host.ts'

const rounds = 6

describe.each(await listTestDatabases())('logins by passkey through two processes on $name', (database) => {
  let hosts: readonly [PasskeyLoginHost, PasskeyLoginHost]
  let other: RequestDriver
  let flow: LoginFlow
  let drop: () => Promise<void> = async () => {}

  beforeAll(async () => {
    const fresh = await database.create()
    drop = fresh.drop
    const { dialect } = database
    const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
    const pools = [fresh.connect(), fresh.connect()] as const
    await migrate(pools[0], { dialect, modules: [passkeys(relyingParty)] })
    const first = await createPasskeyLoginHost({ storage: kyselyStorage(pools[0], { dialect }), keyring })
    const storage = kyselyStorage(pools[1], { dialect })
    hosts = [first, await createPasskeyLoginHost({ storage, keyring, hasConfigurations: true })]
    other = inMemoryDriver(hosts[1].billfold.authentication)
    const one = inMemoryDriver(first.billfold.authentication)
    let turn = 0
    // Every second request reaches the other process.
    const alternating: RequestDriver = { request: (...input) => (turn++ % 2 === 0 ? one : other).request(...input) }
    flow = await createLoginFlow(alternating, first.billfold, first.licence)
  })
  afterAll(() => drop())

  const isSuccess = ({ data }: StepReply): boolean => data?.status === 'success'

  async function open(userId?: string): Promise<LoginBrowser> {
    return flow.startBrowser((await flow.createSession({ userId, dvcID: 'passkey' })).url)
  }

  test('a passkey signs in, also at the process that did not create its challenge', async () => {
    const { userId, authenticator } = await createPasskeyHolder(hosts[0])
    const browser = await open()
    const reloaded = await browser.reload(other)
    const passkey = authenticator.get(await startPasskey(reloaded))
    expect((await reloaded.send('/v2/submit_passkey', { passkey })).data).toMatchObject({ status: 'success' })
    expect((await browser.getResult()).data).toMatchObject({ status: 'success', amr: ['hwk', 'user'] })
    const { records } = await hosts[1].billfold.audit.search({ action: 'passkey.signed-in', subject: userId })
    expect(records).toHaveLength(1)
  })

  test('one challenge is used once, by eight requests at both processes', async () => {
    const { userId, authenticator } = await createPasskeyHolder(hosts[0])
    for (let round = 0; round < rounds; round++) {
      const browser = await open(userId)
      const passkey = authenticator.get(await startPasskey(browser))
      const replies = await Promise.all(
        Array.from({ length: 8 }, () => browser.send('/v2/submit_passkey', { passkey })),
      )
      expect(replies.filter(isSuccess)).toHaveLength(1)
      // Of the others some find the session ended, and some the challenge used.
      for (const reply of replies) expect([200, 400]).toContain(reply.status)
    }
    const { records } = await hosts[0].billfold.audit.search({ action: 'passkey.signed-in', subject: userId })
    expect(records).toHaveLength(rounds)
    expect((await hosts[0].billfold.audit.search({ action: 'passkey.cloned' })).records).toEqual([])
  })

  test('of two sessions with one sign count one signs in, and the other passkey is refused as a copy', async () => {
    const { userId, passkeyId, authenticator } = await createPasskeyHolder(hosts[0])
    for (let round = 1; round <= rounds; round++) {
      const browsers = [await open(userId), await open(userId)]
      const signCount = round * 10
      const assertions = await Promise.all(
        browsers.map(async (browser) => authenticator.get(await startPasskey(browser), { signCount })),
      )
      const replies = await Promise.all(
        browsers.map((browser, index) => browser.send('/v2/submit_passkey', { passkey: assertions[index] })),
      )
      expect(replies.filter(isSuccess)).toHaveLength(1)
      expect(replies.find((reply) => !isSuccess(reply))?.data).toMatchObject({ status: 'retry', reasons: ['cloned'] })
      const { records } = await hosts[0].billfold.audit.search({ action: 'passkey.cloned', subject: passkeyId })
      expect(records).toHaveLength(round)
    }
  })

  test('a session ends once: by a passkey, or by its cancellation', async () => {
    const { userId, authenticator } = await createPasskeyHolder(hosts[0])
    for (let round = 0; round < rounds; round++) {
      const browser = await open(userId)
      const cancelling = await browser.reload(other)
      const passkey = authenticator.get(await startPasskey(browser))
      const [signedIn, cancelled] = await Promise.all([
        browser.send('/v2/submit_passkey', { passkey }),
        cancelling.send('/v2/cancel_session'),
      ])
      const { data } = await browser.getResult()
      expect(data.status).toBe(isSuccess(signedIn) ? 'success' : 'failure')
      if (isSuccess(signedIn)) expect(cancelled.status).not.toBe(200)
    }
  })

  test('a passkey that is removed at once signs nobody in afterwards', async () => {
    const { userId, passkeyId, authenticator } = await createPasskeyHolder(hosts[0])
    const browser = await open(userId)
    const passkey = authenticator.get(await startPasskey(browser))
    const [signedIn] = await Promise.all([
      browser.send('/v2/submit_passkey', { passkey }),
      hosts[1].billfold.passkeys.remove(userId, passkeyId),
    ])
    const { records } = await hosts[0].billfold.audit.search({ action: 'passkey.signed-in', subject: userId })
    expect(records).toHaveLength(isSuccess(signedIn) ? 1 : 0)
    expect(await hosts[0].billfold.passkeys.list(userId)).toEqual([])
    const later = await open(userId)
    const again = authenticator.get(await startPasskey(later))
    expect((await later.send('/v2/submit_passkey', { passkey: again })).data).toMatchObject({ reasons: ['unknown'] })
  })
})
