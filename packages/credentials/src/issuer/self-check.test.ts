import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expressRouter } from '@billfold/express-adapter'
import express, { type Express, type RequestHandler } from 'express'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createIssuerHost, createTestPki, type IssuerHost } from '../test-fixtures/issuer-host.ts'
import { issueCertificate, signerOf } from '../test-fixtures/pki.ts'

let pki: Awaited<ReturnType<typeof createTestPki>>
const servers: Server[] = []

beforeAll(async () => {
  pki = await createTestPki()
})
afterEach(async () => {
  await Promise.all(servers.splice(0).map(close))
})

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

/** Starts a server whose host mounts the issuer as the test says. */
async function start(mount: (app: Express, host: IssuerHost) => void, { path = '/issuer', isNamed = false } = {}) {
  const app = express()
  const server = createServer(app)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  const publicUrl = origin + path
  const leaf = await issueCertificate(pki.authority, 'Signer', isNamed ? { uris: [publicUrl] } : {})
  const host = createIssuerHost(signerOf(leaf), { issuer: { publicUrl } })
  mount(app, host)
  return { origin, publicUrl, server, selfCheck: host.credentials.issuer.selfCheck }
}

const mountAll = (app: Express, { credentials: { wellKnown, issuer } }: IssuerHost) => {
  app.use(expressRouter(wellKnown))
  app.use('/issuer', expressRouter(issuer))
}
/** Everything is mounted, but a handler comes before. */
const withHandler = (handler: RequestHandler) => (app: Express, host: IssuerHost) => {
  app.get('/.well-known/openid-credential-issuer/issuer', handler)
  mountAll(app, host)
}

describe('a self-check', () => {
  test.each([true, false])(
    'finds no problem where all is mounted (certificate names the issuer: %s)',
    async (isNamed) => {
      const { selfCheck } = await start(mountAll, { isNamed })
      expect(await selfCheck()).toEqual({ ok: true, problems: [] })
    },
  )

  test('finds no problem where the issuer is at the root of its host', async () => {
    const mount = (app: Express, { credentials: { issuer } }: IssuerHost) => app.use(expressRouter(issuer))
    const { selfCheck } = await start(mount, { path: '', isNamed: true })
    expect(await selfCheck()).toEqual({ ok: true, problems: [] })
  })

  test('names each document that is not at the root of the host', async () => {
    const mount = (app: Express, { credentials: { issuer } }: IssuerHost) => app.use('/issuer', expressRouter(issuer))
    const { origin, selfCheck } = await start(mount, { isNamed: true })
    const problem = 'the status is 404, not 200'
    const names = ['openid-credential-issuer', 'oauth-authorization-server', 'jwt-vc-issuer']
    expect(await selfCheck()).toEqual({
      ok: false,
      problems: names.map((name) => ({ url: `${origin}/.well-known/${name}/issuer`, problem })),
    })
  })

  test('names what is not below the public URL, where the issuer is mounted elsewhere', async () => {
    const mount = (app: Express, { credentials: { wellKnown, issuer } }: IssuerHost) => {
      app.use(expressRouter(wellKnown))
      app.use('/elsewhere', expressRouter(issuer))
    }
    const { publicUrl, selfCheck } = await start(mount)
    expect((await selfCheck()).problems.map(({ url }) => url)).toEqual([
      `${publicUrl}/.well-known/openid-credential-issuer`,
      `${publicUrl}/.well-known/oauth-authorization-server`,
    ])
  })

  test.each<readonly [string, RequestHandler, string]>([
    [
      'a redirect',
      (_, reply) => reply.redirect(301, '/issuer/.well-known/openid-credential-issuer'),
      'the status is 301',
    ],
    ['a page', (_, reply) => reply.type('html').send('<html>'), 'the media type is not application/json'],
    ['text that is no JSON', (_, reply) => reply.type('json').send('{'), 'the document is not a JSON object'],
    ['JSON that is no object', (_, reply) => reply.json(null), 'the document is not a JSON object'],
    [
      'the document of another',
      (_, reply) => reply.json({ credential_issuer: 'https://x' }),
      'credential_issuer is not',
    ],
    ['more than a wallet reads', (_, reply) => reply.json({ x: 'x'.repeat(2 ** 21) }), ''],
    ['an error', (_, reply) => reply.status(503).json({}), 'the status is 503'],
  ])('names a document in whose place is %s', async (_, handler, problem) => {
    const { origin, selfCheck } = await start(withHandler(handler))
    const { ok, problems } = await selfCheck()
    expect(ok).toBe(false)
    expect(problems).toEqual([
      { url: `${origin}/.well-known/openid-credential-issuer/issuer`, problem: expect.stringContaining(problem) },
    ])
  })

  test('names each document of a server that cannot be reached', async () => {
    const { server, selfCheck } = await start(mountAll)
    await close(server)
    servers.length = 0
    const { ok, problems } = await selfCheck()
    expect([ok, problems.length]).toEqual([false, 4])
    for (const { problem } of problems) expect(problem).not.toBe('')
  })
})
