import { randomUUID } from 'node:crypto'
import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { credentials, eudiPid, localSigner, trustAnchors } from '@billfold/credentials'
import { expressRouter } from '@billfold/express-adapter'
import express, { type Express } from 'express'
import type { TestCertificates } from './certificates.ts'

/** A shop at this URL, which knows its customers by what European wallets present. */
export function createShop(publicUrl: string, { verifier, providers }: TestCertificates): Express {
  const billfold = createBillfold({
    storage: memoryStorage(),
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    modules: [
      credentials({
        verifier: {
          publicUrl: `${publicUrl}/verifier`,
          redirectUri: `${publicUrl}/welcome`,
          signer: localSigner(verifier),
          issuers: trustAnchors([{ certificate: providers, name: 'PID provider' }]),
          queries: [eudiPid],
        },
      }),
    ],
  })
  const { verifier: api } = billfold.credentials
  // A host has sessions; here a cookie and a map.
  const transactions = new Map<string, string>()
  const app = express()
  app.use('/verifier', expressRouter(api))
  app.get('/', async (_, response) => {
    const session = randomUUID()
    const { transaction, uri = '' } = await api.request({ query: 'pid', flow: 'same-device', session })
    transactions.set(session, transaction)
    response.cookie('session', session, { httpOnly: true, sameSite: 'lax', secure: publicUrl.startsWith('https:') })
    const link = uri.replaceAll('&', '&amp;')
    response
      .type('html')
      .send(`<!doctype html><title>Shop</title><p><a href="${link}">Show your ID</a></p><pre>${link}</pre>`)
  })
  app.get('/welcome', async (request, response) => {
    const session = /(?:^|; )session=([^;]+)/.exec(request.get('cookie') ?? '')?.[1] ?? ''
    const code = request.query['response_code']
    const transaction = transactions.get(session)
    if (transaction === undefined || typeof code !== 'string') {
      response.status(400).send('Please begin again')
      return
    }
    transactions.delete(session)
    const { attributes, credentials: presented = [] } = await api.result({ transaction, responseCode: code, session })
    response.json({ attributes, issuers: presented.map(({ issuer }) => issuer) })
  })
  return app
}
