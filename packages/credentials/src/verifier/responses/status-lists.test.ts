import { describe, expect, test } from 'vitest'
import { fetchRequest, issuePidSdJwt, presentSdJwt, respond } from '../../test-fixtures/test-wallet.ts'
import { statusUri } from '../../test-fixtures/verifier-host.ts'
import { prepareVerifiers, presentPid } from '../../test-fixtures/verifiers.ts'

const verifiers = prepareVerifiers()

describe('a status list', () => {
  test.each(['missing', 'down', 'text'] as const)(
    'that is %s refuses without settling, and the wallet may try again',
    async (reply) => {
      const host = await verifiers.start()
      verifiers.statusServer.reply(reply)
      const { created, request, vpToken, reply: response } = await presentPid(verifiers, host)
      expect([response.status, response.body]).toEqual([503, { error: 'temporarily_unavailable' }])
      expect(response.retryAfter).toBe('10')
      expect(await host.verifier.result(created)).toEqual({ status: 'open' })
      verifiers.statusServer.reply('list')
      expect((await respond(request, vpToken)).status).toBe(200)
    },
  )

  test.each([
    ['of another URI', () => (verifiers.statusServer.overrides.uri = `${statusUri}0`)],
    ['of a signer that nobody trusts', () => (verifiers.statusServer.overrides.signer = verifiers.pki.rogue)],
    ['that has expired', () => (verifiers.statusServer.overrides.expiresAt = 1)],
  ])('%s is refused', async (_, change) => {
    const host = await verifiers.start()
    change()
    expect((await presentPid(verifiers, host)).reply.status).toBe(503)
  })

  test('that cannot be had is accepted if the host says so, and a revoked one still is not', async () => {
    const host = await verifiers.start({ statusUnavailable: 'accept' })
    verifiers.statusServer.reply('down')
    expect((await presentPid(verifiers, host)).reply.status).toBe(200)
    verifiers.statusServer.reply('list')
    verifiers.statusServer.set(7, 1)
    expect((await presentPid(verifiers, host)).reply.status).toBe(400)
  })

  test('is fetched once for its ttl, and again after that', async () => {
    let now = Date.now()
    const host = await verifiers.start({ now: () => now })
    await presentPid(verifiers, host)
    await presentPid(verifiers, host)
    expect(verifiers.statusServer.served()).toBe(1)
    now += 1000
    verifiers.statusServer.set(7, 1)
    expect((await presentPid(verifiers, host)).reply.status).toBe(400)
    expect(verifiers.statusServer.served()).toBe(2)
  })

  test.each([
    ['http://issuer.example/status/1', 503, 0],
    ['ftp://issuer.example/status/1', 503, 0],
    ['http://localhost:4000/status/1', 200, 1],
  ])('at %s is answered with %i, and fetched %i times by the host', async (uri, status, fetched) => {
    const host = await verifiers.start()
    const created = await host.verifier.request({ query: 'pid', flow: 'same-device' })
    const request = await fetchRequest(created.uri ?? '')
    const held = await issuePidSdJwt(verifiers.pki.issuer, { status: { uri, index: 7 } })
    expect((await respond(request, { 'pid-1': [await presentSdJwt(request, held)] })).status).toBe(status)
    expect(verifiers.statusServer.served()).toBe(fetched)
  })

  test("larger than the limit is refused, and no more of it is read with the host's own fetch", async () => {
    const chunk = new Uint8Array(1024 * 1024).fill(65)
    let megabytes = 0
    const endless = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        pull: (controller) => {
          if (++megabytes > 64) controller.close()
          else controller.enqueue(chunk)
        },
      })
    const host = await verifiers.start({ fetch: () => Promise.resolve(new Response(endless())) })
    expect((await presentPid(verifiers, host)).reply.status).toBe(503)
    expect(megabytes).toBeLessThan(8)
  })

  test('is not fetched for a presentation that is wrong otherwise', async () => {
    const host = await verifiers.start()
    const { uri } = await host.verifier.request({ query: 'pid', flow: 'same-device' })
    const request = await fetchRequest(uri ?? '')
    await respond(request, { 'pid-1': [await presentSdJwt(request, await issuePidSdJwt(verifiers.pki.rogue))] })
    expect(verifiers.statusServer.served()).toBe(0)
  })
})
