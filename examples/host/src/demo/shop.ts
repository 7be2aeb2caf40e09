import { randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { createBillfold, isBillfoldError, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { credentials, presentationQuery, sdJwt, trustAnchors } from '@billfold/credentials'
import { expressRouter } from '@billfold/express-adapter'
import express from 'express'
import { logger } from '../logger.ts'
import type { HostSettings } from '../settings.ts'
import type { TestSigners } from '../test-certificates.ts'
import { localFetch, shopOrigin } from './local-http.ts'
import { shopPage, welcomePage } from './shop-pages.ts'

const query = presentationQuery({
  id: 'account',
  any: [sdJwt({ vct: 'urn:example:account:1', claims: { firstName: ['given_name'] } })],
  purpose: 'To greet you by your first name',
})

const policy =
  "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const headers = { 'content-security-policy': policy, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }

/** Sessions of the shop. The oldest are forgotten. */
const maxSessions = 1000

/**
 * Another site, below `/shop`, with a Billfold of its own: it shares nothing with the host but the certificate that it trusts, and asks
 * for the first name only.
 */
export function createShop(settings: HostSettings, { issuer, shop }: TestSigners): RequestListener {
  const publicUrl = `${shopOrigin(settings)}/shop`
  const { verifier } = createBillfold({
    storage: memoryStorage(),
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    logger,
    modules: [
      credentials({
        verifier: {
          publicUrl: `${publicUrl}/verifier`,
          redirectUri: `${publicUrl}/welcome`,
          signer: shop.signer,
          issuers: trustAnchors([{ certificate: issuer.authority, name: 'Example authority' }]),
          queries: [query],
          fetch: localFetch(settings),
        },
      }),
    ],
  }).credentials
  const transactions = new Map<string, string>()
  const app = express()
  app.disable('x-powered-by')
  app.use('/shop/verifier', expressRouter(verifier))
  app.get('/shop', async (request, response) => {
    // A session belongs to one name of the site.
    if (request.headers.host !== new URL(publicUrl).host) return response.redirect(publicUrl)
    const session = randomUUID()
    const { transaction, uri = '' } = await verifier.request({ query: 'account', flow: 'same-device', session })
    transactions.set(session, transaction)
    const [oldest] = transactions.keys()
    if (transactions.size > maxSessions && oldest !== undefined) transactions.delete(oldest)
    response.cookie('shop_session', session, { httpOnly: true, sameSite: 'lax', path: '/shop' })
    // A wallet on the web has a page for requests, as one on a phone has a scheme.
    const wallet = `${settings.baseUrl}/demo/credentials${new URL(uri).search}`
    return response.set(headers).type('html').send(shopPage(wallet))
  })
  const findResult = async (transaction: string | undefined, session: string, responseCode: unknown) => {
    if (transaction === undefined || typeof responseCode !== 'string') return undefined
    try {
      return await verifier.result({ transaction, responseCode, session })
    } catch (error) {
      if (isBillfoldError(error) && error.status === 404) return undefined
      throw error
    }
  }
  app.get('/shop/welcome', async (request, response) => {
    const session = /(?:^|; )shop_session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
    const transaction = transactions.get(session)
    transactions.delete(session)
    const result = await findResult(transaction, session, request.query['response_code'])
    const back = `${settings.baseUrl}/demo/credentials?presented=yes`
    response
      .status(result === undefined ? 400 : 200)
      .set(headers)
      .type('html')
      .send(welcomePage(result, { back, again: publicUrl }))
  })
  return (request, response) => void app(request, response)
}
