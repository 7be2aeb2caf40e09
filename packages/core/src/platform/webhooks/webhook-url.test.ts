import { describe, expect, test } from 'vitest'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testCertificate, startSessionService } from '../../test-fixtures/session-service.ts'
import { webhookHost } from '../../test-fixtures/webhook-host.ts'
import { startWebhookReceiver } from '../../test-fixtures/webhook-receiver.ts'

describe('the URL of an endpoint', () => {
  test.each([
    'http://hooks.example/',
    'ftp://hooks.example/',
    'file:///etc/passwd',
    'https://user@hooks.example/',
    'https://:secret@hooks.example/',
    'https://hooks.example/#part',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://10.0.0.7/',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/',
    'https://[::ffff:169.254.169.254]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://0.0.0.0/',
    'hooks.example',
    '',
    `https://hooks.example/${'x'.repeat(2048)}`,
  ])('rejects %s', async (url) => {
    expect(await outcomeCode(webhookHost({}).webhooks.create({ url }))).toBe('webhook.url-not-allowed')
  })

  test('must be allowed by the host when it is registered and before each request', async () => {
    let allowed = true
    const requestedUrls: string[] = []
    const fetch = async () => {
      throw new Error('must not be called')
    }
    const { webhooks, emit, deliver } = webhookHost({
      fetch,
      isUrlAllowed: ({ hostname }, tenant) => {
        requestedUrls.push(`${tenant} ${hostname}`)
        return allowed && hostname.endsWith('.example')
      },
    })
    const { id } = await webhooks.create({ url: 'https://hooks.example' })
    expect(await outcomeCode(webhooks.create({ url: 'https://hooks.test' }))).toBe('webhook.url-not-allowed')
    allowed = false
    await emit('user.erased', { userId: 'u1' })
    expect(await deliver()).toEqual({ delivered: 0, failed: 1 })
    expect(await webhooks.pendingDeliveries(id)).toMatchObject([{ failure: 'webhook.url-not-allowed' }])
    expect(requestedUrls).toEqual(['default hooks.example', 'default hooks.test', 'default hooks.example'])
  })
})

describe('the hostname of an endpoint', () => {
  test.each([
    ['a loopback address', ['127.0.0.1']],
    ['a metadata service address', ['169.254.169.254']],
    ['a private address beside a public one', ['93.184.216.34', '10.0.0.7']],
    ['an IPv4-mapped IPv6 address', ['::ffff:127.0.0.1']],
    ['no address', []],
  ])('is not contacted if it resolves to %s', async (_, addresses) => {
    const receiver = await startWebhookReceiver()
    const port = new URL(receiver.url).port
    const { webhooks, emit, deliver } = webhookHost({ allowHttp: true, resolveDns: async () => addresses })
    const { id } = await webhooks.create({ url: `http://hooks.example:${port}` })
    await emit('user.erased', { userId: 'u1' })
    expect(await deliver()).toEqual({ delivered: 0, failed: 1 })
    expect(await webhooks.pendingDeliveries(id)).toMatchObject([{ failure: 'address not public' }])
    expect(receiver.received).toEqual([])
    await receiver.close()
  })

  test('is resolved once, so that DNS rebinding has no effect', async () => {
    const receiver = await startWebhookReceiver()
    const port = new URL(receiver.url).port
    let resolvedHosts = 0
    const { webhooks, emit, deliver } = webhookHost({
      allowHttp: true,
      // DNS rebinding: a public address during the check, a local one afterwards. 192.0.2.1 is reserved and not
      // public; 198.41.0.4 is.
      resolveDns: async () => (resolvedHosts++ === 0 ? ['198.41.0.4'] : ['127.0.0.1']),
    })
    await webhooks.create({ url: `http://hooks.example:${port}` })
    await emit('user.erased', { userId: 'u1' })
    const delivery = deliver()
    await expect.poll(() => resolvedHosts).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(resolvedHosts).toBe(1)
    expect(receiver.received).toEqual([])
    void delivery
    await receiver.close()
  })

  test('must match the certificate', async () => {
    const service = await startSessionService((_, response) => response.writeHead(204).end())
    const options = { allowPrivateAddresses: true, resolveDns: async () => ['127.0.0.1'] }
    const run = async (name: string, ca?: string) => {
      const { webhooks, emit, deliver } = webhookHost({ ...options, ...(ca !== undefined && { ca }) })
      const { id } = await webhooks.create({ url: `https://${name}:${service.port}/` })
      await emit('user.erased', { userId: 'u1' })
      await deliver()
      return (await webhooks.pendingDeliveries(id))[0]?.failure
    }
    expect(await run('sessions.example', testCertificate)).toBe(undefined)
    expect(await run('hooks.example', testCertificate)).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    expect(await run('sessions.example')).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(service.requests).toHaveLength(1)
    await service.close()
  })
})
