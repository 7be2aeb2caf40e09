import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signEs256k } from './sign-did-auth.ts'
import type { DidClient, DidReply } from './did-client.ts'
import { basicAuthorization } from '../basic-authorization.ts'
import { publicUrl } from './did-host.ts'
import { measurePages } from './seed-wallets.ts'
import {
  createInMemoryCustodyCaller,
  createInMemoryDidClient,
  createTwoDidHosts,
  type TwoDidHosts,
} from './two-did-hosts.ts'

/** Several commits of each host; `npm run did-configurations` makes 1,000. */
const manyWallets = 120

describe.each(await listTestDatabases())('concurrent calls to two hosts on $name', (database) => {
  let two: TwoDidHosts
  beforeAll(async () => {
    two = await createTwoDidHosts(database)
  })
  afterAll(() => two.drop())

  const host = (index: number): DidClient => two.clients[index % 2 === 0 ? 0 : 1]
  const concurrency = <T>(count: number, ask: (caller: DidClient, index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => ask(host(index), index)))
  const statuses = (answers: readonly DidReply[]): readonly number[] =>
    answers.map(({ status }) => status).sort((one, other) => one - other)

  it('create wallets of a vault with gapless unique indices', { timeout: 300_000 }, async () => {
    const vaultId = (await host(0).call('POST', '/vault', { kind: 'BIP44' })).body.vault._id
    const count = manyWallets
    const answers = await concurrency(count, ({ call }) => call('POST', '/wallet', { wallet: { vaultId } }))
    expect(statuses(answers)).toEqual(Array.from({ length: count }, () => 200))
    const indices = answers.map(({ body }) => body.wallet.index).sort((one, other) => one - other)
    expect(indices).toEqual(Array.from({ length: count }, (_, index) => index))
    expect(new Set(answers.map(({ body }) => body.wallet.did)).size).toBe(count)
  })

  it('list every wallet of the tenant once by page', async () => {
    const [{ billfold }] = two.hosts
    const stranger = await billfold.serviceKeys.create({ tag: 'other', scopes: ['dids'], tenant: 'other' })
    const other = createInMemoryDidClient({
      ...two.hosts[0],
      authorization: basicAuthorization(stranger.keyId, stranger.keySecret),
    })
    const foreign: string[] = []
    for (let made = 0; made < 2; made++) foreign.push((await other.createWallet())._id)
    const { ids, pages } = await measurePages(host(1), 25)
    const all = (await host(0).call('GET', '/wallets')).body
    expect(pages).toBe(Math.ceil(all.wallets.length / 25))
    expect(pages).toBeGreaterThan(4)
    expect(ids).toEqual([...new Set(ids)].sort())
    expect(ids).toEqual(all.wallets.map(({ _id }: { _id: string }) => _id))
    expect(all.next).toBeUndefined()
    const theirs = (await other.call('GET', '/wallets?limit=1')).body
    expect([theirs.wallets[0]._id, theirs.next]).toEqual([foreign[0], theirs.wallets[0]._id])
  })

  it('assign an alias to one wallet', async () => {
    const answers = await concurrency(10, ({ call }) => call('POST', '/wallet', { wallet: { alias: 'the only one' } }))
    expect(statuses(answers)).toEqual([200, ...Array.from({ length: 9 }, () => 409)])
    const made = await concurrency(4, ({ createWallet }) => createWallet())
    const renamed = await concurrency(4, ({ callWithKey }, index) =>
      callWithKey(two.hosts[0].admin, 'POST /wallet/rename', {
        wallets: [{ did: made[index].did, alias: 'the other one' }],
      }),
    )
    expect(renamed.flatMap(({ body }) => body.wallets)).toHaveLength(1)
  })

  it('accept an x-did-auth token once', async () => {
    const { did } = await host(0).createWallet()
    const json = { wallets: [{ did, alias: 'once' }] }
    const input = {
      did: two.hosts[0].admin.did,
      act: 'POST /wallet/rename',
      body: JSON.stringify(json),
      aud: publicUrl,
    }
    const token = signEs256k(two.hosts[0].admin.key, input)
    const answers = await concurrency(10, ({ call }) => call('POST', '/wallet/rename', json, { 'x-did-auth': token }))
    expect(statuses(answers)).toEqual([200, ...Array.from({ length: 9 }, () => 403)])
  })

  it('apply an update once, and delete a wallet once', async () => {
    const made = await host(0).createWallet()
    const txsInput = [{ delegate: {} }, { service: { name: 'A', value: 'x' } }, { service: { name: 'B', value: 'y' } }]
    const json = { wallet: { did: made.did }, walletConfig: { txsInput } }
    const configured = await concurrency(4, ({ callAsWallet }) =>
      callAsWallet(made.did, 'POST /wallet/configure', json),
    )
    expect(statuses(configured)).toEqual([200, 200, 200, 200])
    const { body } = await host(0).call('GET', `/1.0/identifiers/${made.did}`)
    expect(body.didDocumentMetadata.versionId).toBe('3')
    const deleted = await concurrency(6, ({ callWithKey }) =>
      callWithKey(two.hosts[0].admin, 'DELETE /wallet', { ids: [made._id] }),
    )
    expect(deleted.flatMap(({ body: answer }) => answer.ids)).toEqual([made._id])
  })

  it('apply no change of the former owner after a transfer', async () => {
    const transferred = await host(0).createWallet()
    const receiver = await host(0).createWallet()
    const ask = (newOwner: string) => {
      const json = { wallet: { did: transferred.did }, walletConfig: { txsInput: [{ newOwner }] } }
      return host(0).callAsWallet(transferred.did, 'POST /wallet/configure', json)
    }
    const [gave, tookBack] = await Promise.all([ask(receiver.did), ask(transferred.did)])
    expect(gave.status).toBe(200)
    // 200 if it precedes the transfer.
    expect([200, 403]).toContain(tookBack.status)
    const { body } = await host(0).call('GET', `/1.0/identifiers/${transferred.did}`)
    expect(JSON.stringify(body.didDocument.verificationMethod)).toContain(receiver.ethereumAddress)
  })

  it('keep the wallets of a user usable, except deleted ones, during a PIN replacement', async () => {
    const [custody, other] = two.hosts.map(({ billfold, authorization }) =>
      createInMemoryCustodyCaller(billfold, authorization),
    )
    if (custody === undefined || other === undefined) throw new Error('There are two hosts')
    const user = (await custody('POST', '/api/users', { signingMethod: { type: 'PIN', value: '123456' } })).body.result
    const pin = user.signingMethods[0].id
    const headers = { 'signing-method': `${pin}:123456` }
    const code = 'w2v7yertaad21lhudqghzwcg4'
    const method = await custody(
      'POST',
      `/api/users/${user.id}/signing-methods`,
      { type: 'EMERGENCY_CODE', value: code },
      headers,
    )
    const byCode = { 'signing-method': `${method.body.result.id}:${code}` }
    const create = ({ call }: DidClient): Promise<DidReply> =>
      call('POST', '/wallet', { wallet: { userId: user.id } }, byCode)
    const before = await concurrency(3, create)
    const ids = [before[2]?.body.wallet._id]
    const [replaced, deleted, ...made] = await Promise.all([
      other('PUT', `/api/users/${user.id}/signing-methods/${pin}`, { value: '654321' }, byCode),
      host(0).callWithKey(two.hosts[0].admin, 'DELETE /wallet', { ids }),
      ...[0, 1, 2].map((index) => create(host(index))),
    ])
    expect([replaced.status, deleted.status]).toEqual([200, 200])
    const alive = [...before.slice(0, 2), ...made].map(({ body }) => body.wallet)
    const byPin = { 'signing-method': `${pin}:654321` }
    for (const { did } of alive) {
      const request = { did, act: 'POST /wallet/rename', bod: 'a'.repeat(43) }
      expect((await host(0).call('POST', '/wallet/auth', request, byPin)).status).toBe(200)
      expect((await host(0).call('POST', '/wallet/auth', request, headers)).status).toBe(403)
      expect((await host(0).call('POST', '/wallet/auth', request)).status).toBe(403)
    }
    const gone = { did: before[2]?.body.wallet.did, act: 'POST /wallet/rename', bod: 'a'.repeat(43) }
    expect((await host(0).call('POST', '/wallet/auth', gone, byPin)).status).toBe(404)
  })
})
