import { afterEach, describe, expect, test } from 'vitest'
import { fakeChain } from '../../../test-fixtures/fake-chain.ts'
import { type ScriptedNode, startScriptedNode } from '../../../test-fixtures/scripted-node.ts'
import { getAllowedApiUrl, assertValidApiHosts, createApiHostClient } from './api-host.ts'

const hosts = { urls: ['https://dids.example/api', 'http://127.0.0.1:8080'], rpcUrl: 'https://node.example/rpc' }
let node: ScriptedNode | undefined

afterEach(() => node?.close())

describe('API hosts', () => {
  test.each(['https://dids.example/api', 'https://dids.example/api/', 'https://DIDS.example:443/api'])(
    'returns the configured URL for an equal one: %s',
    (url) => {
      expect(getAllowedApiUrl(hosts, url)).toBe('https://dids.example/api')
    },
  )

  test.each([
    'https://dids.example',
    'https://dids.example/api/more',
    'https://dids.example/api?to=elsewhere',
    'https://dids.example/api#x',
    'https://dids.example/api/../../admin',
    'https://user:secret@dids.example/api',
    'https://dids.example.evil.example/api',
    'http://dids.example/api',
    'http://127.0.0.1:8081',
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '//dids.example/api',
    '',
    `https://dids.example/${'a'.repeat(5000)}`,
  ])('rejects a URL that is not configured: %s', (url) => {
    expect(() => getAllowedApiUrl(hosts, url)).toThrow(expect.objectContaining({ code: 'did.api-url-not-allowed' }))
    expect(() => getAllowedApiUrl(undefined, url)).toThrow(expect.objectContaining({ code: 'did.api-url-not-allowed' }))
  })

  test.each(['https://user:secret@node.example', 'https://node.example/?key=secret', 'ftp://node.example', 'node'])(
    'rejects a configuration with an invalid node URL or credentials in it: %s',
    (rpcUrl) => {
      expect(() => assertValidApiHosts({ ...hosts, rpcUrl })).toThrow(RangeError)
    },
  )

  test('posts the transaction in hex and the node URL', async () => {
    node = await startScriptedNode((_request, response) => response.writeHead(202).end('whatever'))
    const client = createApiHostClient(fakeChain().client, hosts, `${node.url}/api/`)
    expect(await client.broadcast(Uint8Array.of(1, 0xab))).toEqual({ outcome: 'accepted' })
    expect(node.requests).toMatchObject([{ path: '/api/transactions/send' }])
    expect(JSON.parse(node.requests[0]?.body ?? '')).toEqual({ rpcUrl: hosts.rpcUrl, signedTxs: ['0x01ab'] })
  })

  test.each([302, 400, 500])('rejects a broadcast if the host responds with status %i', async (status) => {
    node = await startScriptedNode((_request, response) =>
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(),
    )
    const client = createApiHostClient(fakeChain().client, hosts, node.url)
    await expect(client.broadcast(Uint8Array.of(1))).rejects.toThrow(/API host|did not respond/)
    expect(node.requests).toHaveLength(1)
  })
})
