import { memoryStorage, BillfoldError } from '@billfold/core'
import { type DidRegistry, embeddedRegistry } from '@billfold/core/dids'
import { expect, it } from 'vitest'
import { didHost, outsider } from './did-host.ts'
import { callerOf, custodyOf } from './two-did-hosts.ts'

const txsInput = [{ service: { name: 'A', value: 'https://a.example' } }]

it('a wallet whose configuration cannot even begin is in the reply, so that nobody makes another one', async () => {
  let isDown = true
  const embedded = embeddedRegistry()
  const registry: DidRegistry = {
    ...embedded,
    identityOwner: async (...asked) => {
      if (isDown) throw new BillfoldError('transaction.chain-unavailable')
      return embedded.identityOwner(...asked)
    },
  }
  const { call, asWallet } = callerOf(await didHost(memoryStorage(), { dids: { registries: [registry] } }))
  const { status, body } = await call('POST', '/wallet', { walletConfig: { txsInput } })
  expect([status, body.errorType]).toEqual([503, 'transaction.chain-unavailable'])
  expect((await call('GET', '/wallets')).body).toEqual({ wallets: [body.wallet] })
  isDown = false
  const { did } = body.wallet
  const repeated = await asWallet(did, 'POST /wallet/configure', { wallet: { did }, walletConfig: { txsInput } })
  expect(repeated.status).toBe(200)
})

it('a wallet for whose delegates its user has no room is in the reply, with what was wrong', async () => {
  const host = await didHost()
  const { call } = callerOf(host)
  const custody = custodyOf(host.billfold, host.authorization)
  const pin = { signingMethod: { type: 'PIN', value: '123456' } }
  const { id: userId, signingMethods } = (await custody('POST', '/api/users', pin)).body.result
  const headers = { 'signing-method': `${signingMethods[0].id}:123456` }
  for (let made = 0; made < 49; made++)
    expect((await call('POST', '/wallet', { wallet: { userId } }, headers)).status).toBe(200)
  const asked = { wallet: { userId }, walletConfig: { txsInput: [{ delegate: {} }] } }
  const { status, body } = await call('POST', '/wallet', asked, headers)
  expect([status, body.errorType, body.wallet?.userId]).toEqual([400, 'user.full', userId])
})

it('an alias of 128 characters that take two units each is found again', async () => {
  const { call, wallet } = callerOf(await didHost())
  const alias = '🗝'.repeat(128)
  const made = await wallet({ alias })
  expect((await call('GET', `/wallets?alias=${encodeURIComponent(alias)}`)).body).toEqual({ wallets: [made] })
})

it('a change of the owner that is made after the reply was sent is told by a repeat of the new owner', async () => {
  const embedded = embeddedRegistry()
  let isSlow = true
  const registry: DidRegistry = {
    ...embedded,
    submit: async (...handedIn) => {
      const state = await embedded.submit(...handedIn)
      return isSlow ? { state: 'sent' } : state
    },
  }
  const owner = outsider()
  const { call, as } = callerOf(await didHost(memoryStorage(), { dids: { registries: [registry] } }))
  const change = { txsInput: [{ newOwner: owner.did }] }
  const { status, body } = await call('POST', '/wallet', { walletConfig: change })
  expect([status, body.steps[0].state]).toEqual([503, 'sent'])
  isSlow = false
  const json = { wallet: { did: body.wallet.did }, walletConfig: change }
  const repeated = await as(owner, 'POST /wallet/configure', json)
  expect([repeated.status, repeated.body.steps?.[0].state]).toEqual([200, 'mined'])
})
