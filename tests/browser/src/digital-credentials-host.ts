import { createServer } from 'node:http'
import { createBillfold, localKeyring, memoryStorage, newKey, silentLogger } from '@billfold/core'
import { credentials, presentationQuery, sdJwt, trustAnchors } from '@billfold/credentials'
import { expressRouter } from '@billfold/express-adapter'
import { createSigner } from '@billfold/issuance-tests'
import { koaRouter } from '@billfold/koa-adapter'
import express from 'express'
import Koa from 'koa'

const query = presentationQuery({
  id: 'membership',
  any: [sdJwt({ vct: 'urn:example:membership:1', claims: { level: ['level'] } })],
  purpose: 'To grant access',
})

/** What a shop's page does with the request of its server: asks the browser, and sends on what its wallet gave. */
const page = `<!doctype html><html lang="en"><title>Shop</title><button>Show your membership</button><script>
async function ask(dcApi, signal) {
  const answer = await navigator.credentials.get({ digital: { requests: [dcApi] }, mediation: 'required', signal })
  const body = JSON.stringify({ protocol: answer.protocol, data: answer.data })
  const reply = await fetch(dcApi.responseUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return { status: reply.status, body: await reply.json() }
}
</script></html>`

/** The headers with which a host lets pages of all sites call the verifier, so that only the verifier itself keeps them away. */
const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'content-type' }

/** Starts a shop at `http://localhost`, which is another site at `http://127.0.0.1`. */
export async function startShop(framework: 'express' | 'koa') {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const origin = `http://localhost:${port}`
  const [issuer, signer] = [await createSigner(), await createSigner()]
  const { verifier } = createBillfold({
    storage: memoryStorage(),
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    logger: silentLogger,
    modules: [
      credentials({
        verifier: {
          publicUrl: `${origin}/verifier`,
          signer,
          issuers: trustAnchors([{ certificate: issuer.authority }]),
          queries: [query],
        },
      }),
    ],
  }).credentials
  if (framework === 'koa') {
    const app = new Koa()
    app.use(async (context, next) => {
      context.set(cors)
      if (context.method === 'OPTIONS') context.status = 204
      else if (context.path === '/') context.body = page
      else await next()
    })
    app.use(koaRouter(verifier, { prefix: '/verifier' }).routes())
    const handle = app.callback()
    server.on('request', (request, response) => void handle(request, response))
  } else {
    const app = express()
    app.use((request, response, next) => {
      response.set(cors)
      if (request.method === 'OPTIONS') response.sendStatus(204)
      else next()
    })
    app.get('/', (_, response) => void response.type('html').send(page))
    app.use('/verifier', expressRouter(verifier))
    server.on('request', app)
  }
  return {
    origin,
    otherOrigin: `http://127.0.0.1:${port}`,
    verifier,
    issuer,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** A started shop. */
export type Shop = Awaited<ReturnType<typeof startShop>>
