import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyringFile, newKey } from '@billfold/core'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compareClocks } from './doctor/check-clock.ts'
import { withBillfold } from './with-billfold.ts'
import { runLine } from './test-fixtures/run-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'billfold-doctor-'))
const keyring = join(folder, 'keys.json')
const environment = { DATABASE_URL: `sqlite:${join(folder, 'test.sqlite')}`, BILLFOLD_KEYS: `k1:${newKey()}` }

beforeAll(async () => {
  createKeyringFile(keyring)
  await runLine('migrate', environment)
})
afterAll(() => rmSync(folder, { recursive: true }))

const doctor = (line = '', settings: Readonly<Record<string, string>> = environment) =>
  runLine(`doctor ${line}`, settings)

/** Serves JSON by path or by the method of JSON-RPC, texts by path, and 404 elsewhere. */
async function serve(
  documents: Readonly<Record<string, unknown>>,
  texts: Readonly<Record<string, string>> = {},
): Promise<{ url: string; close: () => void }> {
  const answer = async (...[request, response]: Parameters<RequestListener>): Promise<void> => {
    const body = await text(request)
    const path = request.url ?? ''
    const document = documents[path] ?? documents[/"method":"([a-zA-Z_]+)"/.exec(body)?.[1] ?? '']
    const found = texts[path] ?? (document === undefined ? undefined : JSON.stringify(document))
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(found ?? '{}')
  }
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() }
}

describe('billfold doctor', () => {
  test('finds no problem in a host that is set up', async () => {
    const { code, printed } = await doctor()
    expect(printed).toMatch(/^ok +keyring +current key k1$/m)
    expect(printed).toMatch(/^ok +schema +has the tables of this version; the session fits$/m)
    expect(printed).toMatch(/^ok +keyring and database +nothing is encrypted yet$/m)
    expect({ code, end: printed.endsWith('No problems\n') }).toEqual({ code: 0, end: true })
  })

  test('says how to set a missing keyring and a missing database, at once', async () => {
    const { code, printed } = await doctor('', {})
    expect(code).toBe(3)
    expect(printed).toMatch(/PROBLEM {2}keyring .*BILLFOLD_KEYS[^]*=> set BILLFOLD_KEYS/)
    expect(printed).toMatch(/PROBLEM {2}database .*DATABASE_URL[^]*=> set DATABASE_URL/)
    expect(printed).toContain('2 problems')
  })

  test('names the cure of a file that does not exist, and of a server that does not answer', async () => {
    const missing = await doctor('', { ...environment, DATABASE_URL: `sqlite:${join(folder, 'no.sqlite')}` })
    expect(missing).toMatchObject({ code: 3, printed: expect.stringContaining('billfold migrate') })
    const away = await doctor('', { ...environment, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' })
    expect(away).toMatchObject({ code: 3, printed: expect.stringContaining('check that the server runs') })
  })

  test('names the cure of a keyring file that others can read', async () => {
    chmodSync(keyring, 0o644)
    const { code, printed } = await doctor(`--keyring ${keyring}`)
    expect(printed).toContain(`=> chmod 600 ${keyring}`)
    expect(code).toBe(3)
    chmodSync(keyring, 0o600)
    expect(await doctor(`--keyring ${keyring}`)).toMatchObject({ code: 0 })
  })

  test('checks the documents of a host against its public URL', async () => {
    const documents: Record<string, unknown> = { '/.well-known/webauthn': { origins: ['https://shop.example'] } }
    const host = await serve(documents)
    documents['/login/.well-known'] = { auth_endpoint: `${host.url}/a`, enrollment_check_endpoint: `${host.url}/b` }
    const right = await doctor(`--url ${host.url}/login`)
    expect(right.code).toBe(0)
    expect(right.printed).toMatch(/^ok +\/login\/.well-known +fits/m)
    expect(right.printed).toMatch(/^- +\/.well-known\/did.json +not served/m)

    documents['/login/.well-known'] = { auth_endpoint: 'http://internal:3000/a', enrollment_check_endpoint: '' }
    documents['/.well-known/webauthn'] = { origins: 'https://shop.example' }
    const wrong = await doctor(`--url ${host.url}/login`)
    expect(wrong.code).toBe(3)
    expect(wrong.printed).toContain('auth_endpoint is "http://internal:3000/a", which is not at')
    expect(wrong.printed).toContain('=> set publicUrl')
    expect(wrong.printed).toContain('origins must be a list of https origins')
    host.close()
  })

  test('reports a URL without a host behind it, and one that is none', async () => {
    expect(await doctor('--url http://127.0.0.1:1')).toMatchObject({ code: 3 })
    expect(await doctor('--url shop')).toMatchObject({ code: 3, printed: expect.stringContaining('is not an http') })
  })

  test('reports a chain node that does not answer, without its URL, which can contain a key', async () => {
    const { code, printed } = await doctor('--chain-id 1', {
      ...environment,
      BILLFOLD_RPC_URL: 'http://127.0.0.1:1/hidden',
    })
    expect(code).toBe(3)
    expect(printed).toMatch(/PROBLEM {2}chain node /)
    expect(printed).not.toContain('hidden')
    expect((await doctor('--rpc http://127.0.0.1:1')).printed).toContain('--chain-id')
  })

  test('asks a node of another chain by its own interface, and reports one that is behind', async () => {
    const hash = '0000000000000000000000000000000000000000000000000000000000000001'
    const genesis = '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f'
    const block = (ageSeconds: number) => ({ height: 900_000, timestamp: Math.floor(Date.now() / 1000) - ageSeconds })
    const check = async (tip: object, chain = 'bitcoin') => {
      const texts = { '/hidden/block-height/0': genesis, '/hidden/blocks/tip/hash': hash }
      const host = await serve({ [`/hidden/block/${hash}`]: tip }, texts)
      const { printed } = await doctor(`--rpc ${host.url}/hidden --chain ${chain}`)
      host.close()
      expect(printed).not.toContain('hidden')
      return printed
    }
    const fresh = await check(block(60))
    expect(fresh).toMatch(/^ok +chain node +chain bitcoin, block 900000, answers in/m)
    expect(fresh).toMatch(/^ok +newest block +was made 6[0-9] s ago/m)
    expect(await check(block(3 * 3600))).toMatch(/PROBLEM +newest block +was made 108[0-9]{2} s ago/)
    expect(await check(block(-60))).toMatch(/WARNING +newest block +is [56][0-9] s ahead/)
    expect(await check(block(0), 'litecoin')).toMatch(/PROBLEM +chain node .*another chain/)
    expect(await check(block(0), 'dogecoin')).toMatch(
      /PROBLEM +chain node +the chain is not known[^]*--chain: evm, bitcoin/,
    )
  })

  test('finds a node behind its network, and one whose blocks are old, on Solana and on TRON', async () => {
    const seconds = Math.floor(Date.now() / 1000)
    const solana = (health: object) => ({
      getGenesisHash: { result: '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d' },
      getSlot: { result: 5 },
      getBlockTime: { result: seconds },
      getBlockHeight: { result: 4 },
      getHealth: health,
    })
    const ask = async (answers: Readonly<Record<string, object>>, chain: string) => {
      const host = await serve(answers)
      const { printed } = await doctor(`--rpc ${host.url} --chain ${chain}`)
      host.close()
      return printed
    }
    expect(await ask(solana({ result: 'ok' }), 'solana')).toMatch(/^ok +newest block +was made/m)
    const behind = { error: { code: -32_005, message: 'Node is behind by 42 slots' } }
    expect(await ask(solana(behind), 'solana')).toMatch(/PROBLEM +newest block +the node is behind its network/)
    expect(await ask(solana({ result: 'ok' }), 'solana-devnet')).toMatch(/PROBLEM +chain node +.*another network/)
    const tron = (number: number, timestamp: number, blockID: string) => ({
      blockID,
      block_header: { raw_data: { number, timestamp } },
    })
    const answers = {
      '/wallet/getblockbynum': tron(0, 0, '00000000000000001ebf88508a03865c71d452e25f4d51194196a1d22b6653dc'),
      '/wallet/getnowblock': tron(7, Date.now() - 3_600_000, '00'.repeat(32)),
    }
    expect(await ask(answers, 'tron')).toMatch(
      /chain tron, block 7[^]*PROBLEM +newest block +was made 36[0-9]{2} s ago/,
    )
  })

  test('reports an EVM node that synchronizes', async () => {
    const newest = { number: '0x10', timestamp: '0x5', hash: `0x${'11'.repeat(32)}` }
    const node = (syncing: unknown) => ({
      eth_chainId: { result: '0x1' },
      eth_getBlockByNumber: { result: newest },
      eth_syncing: { result: syncing },
    })
    for (const [syncing, found] of [
      [false, /^ok +chain node +chain 1, block 16, /m],
      [{ currentBlock: '0x1' }, /PROBLEM +newest block +the node is behind/],
    ] as const) {
      const host = await serve(node(syncing))
      expect((await doctor(`--rpc ${host.url} --chain-id 1`)).printed).toMatch(found)
      host.close()
    }
  })

  test.each([
    [0, 'ok'],
    [4_999, 'ok'],
    [-5_000, 'warning'],
    [30_000, 'problem'],
  ])('calls a clock that differs by %d ms %s', (difference, state) => {
    expect(compareClocks(1_000_000, 1_000_000 + difference, 'x').state).toBe(state)
  })
})

for (const database of (await listTestDatabases()).filter(({ kind }) => kind !== 'pglite'))
  describe(`billfold doctor on ${database.name}`, () => {
    test('tells an empty database, another keyring and a clock from a database that fits', async () => {
      const fresh = await database.create()
      const settings = { ...environment, DATABASE_URL: fresh.url ?? '' }
      expect((await doctor('', settings)).printed).toMatch(/PROBLEM[^]*=> /)
      await runLine('migrate', settings)
      const terminal = { environment: settings, print: () => {}, report: () => {}, readInput: async () => '' }
      // To look up an identifier creates the secret of the blind index.
      await withBillfold({}, terminal, (billfold) => billfold.users.find({ kind: 'username', value: 'ada' }))
      const fits = await doctor('', settings)
      expect(fits.code).toBe(0)
      if (database.kind !== 'sqlite') expect(fits.printed).toMatch(/^ok +clock +differs by/m)
      const other = await doctor('', { ...settings, BILLFOLD_KEYS: `k1:${newKey()}` })
      expect(other).toMatchObject({ code: 3, printed: expect.stringContaining('belongs to another keyring') })
      const unknown = await doctor('', { ...settings, BILLFOLD_KEYS: `k2:${newKey()}` })
      expect(unknown).toMatchObject({ code: 3, printed: expect.stringContaining('belongs to another keyring') })
      await fresh.drop()
    })

    test('tells another keyring by the secret of a service key, if nothing else is encrypted', async () => {
      const fresh = await database.create()
      const settings = { ...environment, DATABASE_URL: fresh.url ?? '' }
      await runLine('migrate', settings)
      await runLine('service-key create --tag first --scope custody', settings)
      const fits = await doctor('', settings)
      expect(fits.printed).toMatch(/^ok +keyring and database +the keyring opens what is in the database$/m)
      const other = await doctor('', { ...settings, BILLFOLD_KEYS: `k1:${newKey()}` })
      expect(other).toMatchObject({ code: 3, printed: expect.stringContaining('belongs to another keyring') })
      await fresh.drop()
    })
  })
