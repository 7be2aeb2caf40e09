import { expect, it } from 'vitest'
import { describeReport } from '../fuzz/fuzz.ts'
import { fuzzApi } from '../fuzz/fuzz-api.ts'
import { mountings } from '../hosts/mountings.ts'
import { createDidHost } from './did-host.ts'
import { createInMemoryDidClient } from './two-did-hosts.ts'

const fuzzed = mountings.filter(
  ({ framework, through, prefix, parser }) =>
    framework !== 'express 4' && through === 'app' && prefix === '/id' && parser === (framework === 'express 5'),
)

it('hostile requests to the DID API cause no 500, no hang and no leak', async () => {
  expect(fuzzed.map(({ framework }) => framework)).toEqual(['express 5', 'koa', 'fetch'])
  for (const mounting of fuzzed) {
    const { report } = await fuzzApi('dids', mounting, { count: 250, seed: 4 })
    expect(report.problems, describeReport(report)).toEqual([])
    expect(Object.keys(report.outcomes)).toEqual(expect.arrayContaining(['200', '400', '401', '404', '405', '422']))
  }
})

// Not covered by the fuzz suite, which signs no x-did-auth tokens: values that break databases and encoders,
// sent with a valid token.
const hostile = [
  '\0',
  'a\0b',
  '\ud800',
  '\udfff\ud800',
  '__proto__',
  "';--",
  '\u202e',
  '%00',
  ' ',
  'a'.repeat(5000),
  '🗝'.repeat(500),
]

it('hostile values with a valid token cause no 500', async () => {
  const host = await createDidHost()
  const { admin } = host
  const { call, callWithKey, createWallet } = createInMemoryDidClient(host)
  const { did, _id } = await createWallet()
  const { body: vault } = await call('POST', '/vault', { kind: 'BIP44' })
  const statuses: Record<string, number> = {}
  const note = async (name: string, answer: Promise<{ status: number }>): Promise<void> => {
    const { status } = await answer
    statuses[`${name} ${status}`] = (statuses[`${name} ${status}`] ?? 0) + 1
    expect(status, name).toBeLessThan(500)
  }
  for (const value of hostile) {
    await note('alias', call('POST', '/wallet', { wallet: { alias: value } }))
    await note('alias in a vault', call('POST', '/wallet', { wallet: { alias: value, vaultId: vault.vault._id } }))
    await note('vault', call('POST', '/wallet', { wallet: { vaultId: value } }))
    await note('user', call('POST', '/wallet', { wallet: { userId: value } }))
    await note('vault of user', call('POST', '/vault', { kind: 'BIP44', userId: value }))
    const txsInput = [{ service: { name: 'A', value } }]
    await note('service', call('POST', '/wallet', { walletConfig: { txsInput } }))
    await note('vault config', call('POST', '/vault', { kind: 'BIP44', walletConfig: { txsInput } }))
    await note(
      'configure',
      callWithKey(admin, 'POST /wallet/configure', { wallet: { did }, walletConfig: { txsInput } }),
    )
    await note(
      'configure did',
      callWithKey(admin, 'POST /wallet/configure', { wallet: { did: value }, walletConfig: {} }),
    )
    await note('rename', callWithKey(admin, 'POST /wallet/rename', { wallets: [{ did, alias: value }] }))
    await note('rename did', callWithKey(admin, 'POST /wallet/rename', { wallets: [{ did: value, alias: 'x' }] }))
    await note('delete', callWithKey(admin, 'DELETE /wallet', { ids: [value, _id.slice(1)] }))
    await note('auth', call('POST', '/wallet/auth', { did: value, act: 'POST /wallet/rename', bod: 'a'.repeat(43) }))
    await note('auth act', call('POST', '/wallet/auth', { did, act: value, aud: value, bod: 'a'.repeat(43) }))
    for (const filter of ['did', 'alias', 'vaultId', 'after', 'limit'])
      await note(filter, call('GET', `/wallets?${filter}=${encodeURIComponent(Buffer.from(value).toString())}`))
  }
})
