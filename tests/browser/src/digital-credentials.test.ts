import type { CDPSession, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, type CameraBrowser, launchBrowser } from './browser.ts'
import { type Shop, startShop } from './digital-credentials-host.ts'
import { answerPage } from './digital-wallet.ts'
import { pageFrameworks } from './page-frameworks.ts'

type ApiRequest = NonNullable<Awaited<ReturnType<Shop['verifier']['request']>>['dcApi']>

/** Does what the page does with a request. The error of the browser is returned by its name. */
function ask(page: Page, request: unknown, timeoutMs = 60_000): Promise<unknown> {
  return page.evaluate(
    `ask(${JSON.stringify(request)}, AbortSignal.timeout(${timeoutMs})).catch((error) => error.name)`,
  )
}

// Skipped without a browser; the summary of the run reports it.
describe.runIf(browserPath !== undefined).each(pageFrameworks)(
  'the Digital Credentials API of a browser, on %s',
  (framework) => {
    let shop: Shop
    let browser: CameraBrowser
    beforeAll(async () => {
      shop = await startShop(framework)
      browser = await launchBrowser('no camera')
    }, 120_000)
    afterEach(() => browser.closePages())
    afterAll(async () => {
      await browser.close()
      shop.close()
    })

    const visit = async (origin = shop.origin): Promise<{ readonly page: Page; readonly wallet: CDPSession }> => {
      const page = await browser.visit()
      await page.goto(origin)
      // The browser asks wallets only for a user who has just acted.
      await page.getByRole('button').click()
      return { page, wallet: await page.context().newCDPSession(page) }
    }
    const request = async () => {
      const created = await shop.verifier.request({ query: 'membership', flow: 'dc-api', origin: shop.origin })
      const { dcApi } = created
      if (dcApi === undefined) throw new Error('there is no request for the page')
      return { ...created, dcApi }
    }
    const respond = async (wallet: CDPSession, { data, protocol }: ApiRequest, origin: string): Promise<void> => {
      const signed = 'request' in data ? data['request'] : ''
      const response = { response: await answerPage(signed, origin, shop.issuer) }
      await wallet.send('DigitalCredentials.setVirtualWalletBehavior', { action: 'respond', protocol, response })
    }

    test('is detected, and takes the protocol of signed requests', async () => {
      const { page } = await visit()
      const { dcApi } = await request()
      expect(await page.evaluate("typeof DigitalCredential === 'function'")).toBe(true)
      expect(await page.evaluate(`DigitalCredential.userAgentAllowsProtocol('${dcApi.protocol}')`)).toBe(true)
    })

    test('gives the request to a wallet, and the page gets its user verified', async () => {
      const { page, wallet } = await visit()
      const { dcApi, transaction } = await request()
      await respond(wallet, dcApi, shop.origin)
      expect(await ask(page, dcApi)).toEqual({ status: 200, body: { status: 'verified' } })
      expect(await shop.verifier.result({ transaction })).toMatchObject({
        status: 'verified',
        attributes: { level: 'gold' },
      })
    })

    test('with a request that has no data of its kind refuses it, and waits for a wallet with ours', async () => {
      const { page } = await visit()
      const { dcApi, transaction } = await request()
      expect(await ask(page, { ...dcApi, data: 'text' })).toBe('TypeError')
      expect(await ask(page, dcApi, 1000)).toBe('TimeoutError')
      expect(await shop.verifier.result({ transaction })).toEqual({ status: 'open' })
    })

    test('whose user declines leaves the request open, for another try', async () => {
      const { page, wallet } = await visit()
      const { dcApi, transaction } = await request()
      await wallet.send('DigitalCredentials.setVirtualWalletBehavior', { action: 'decline' })
      expect(await ask(page, dcApi)).toBe('NotAllowedError')
      expect(await shop.verifier.result({ transaction })).toEqual({ status: 'open' })
      await respond(wallet, dcApi, shop.origin)
      await page.getByRole('button').click()
      expect(await ask(page, dcApi)).toMatchObject({ status: 200 })
    })

    test('on the page of another site, which has got hold of the request, is of no use', async () => {
      const { page, wallet } = await visit(shop.otherOrigin)
      const { dcApi, transaction } = await request()
      // The browser names the page to the wallet, and the wallet signs for it.
      await respond(wallet, dcApi, shop.otherOrigin)
      expect(await ask(page, dcApi)).toMatchObject({ status: 400 })
      expect(await shop.verifier.result({ transaction })).toEqual({ status: 'open' })
      const own = await visit()
      await respond(own.wallet, dcApi, shop.otherOrigin)
      expect(await ask(own.page, dcApi)).toMatchObject({ status: 400 })
      expect(await shop.verifier.result({ transaction })).toEqual({
        status: 'refused',
        code: 'holder-binding.audience',
      })
    })
  },
)
