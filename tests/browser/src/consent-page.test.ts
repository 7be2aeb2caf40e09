import { createHash, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { createUser, identity, type IssuerServer, startIssuer } from '@billfold/issuance-tests'
import type { Page, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, type CameraBrowser, findAccessibilityProblems, launchBrowser, type Visitor } from './browser.ts'
import { waiting } from './screens.ts'

const back = 'https://wallet.example.com/back'
const hostile = `"><img src=x onerror=alert(1)>{{1+1}}\u202e${'long'.repeat(40)}`

// Skipped without a browser; the summary of the run reports it.
describe.runIf(browserPath !== undefined)('the consent page of the issuer', () => {
  let issuer: IssuerServer
  let browser: CameraBrowser
  /** A page of somebody else, on another site. */
  let other: Server
  let otherUrl: string
  let otherPage = ''

  beforeAll(async () => {
    issuer = await startIssuer()
    issuer.user.current = { userId: await createUser(issuer) }
    browser = await launchBrowser('no camera')
    other = createServer((_, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(otherPage)
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const address = other.address()
    otherUrl = `http://localhost:${typeof address === 'object' && address !== null ? address.port : 0}`
  })
  afterAll(async () => {
    await browser.close()
    other.close()
    await issuer.close()
  })

  async function visit(visitor: Visitor = {}): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.visit({ allowsCamera: false, ...visitor })
    const complaints: string[] = []
    page.on('pageerror', (error) => void complaints.push(error.message))
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    return { page, complaints }
  }

  /** Pushes the request of a wallet for an offer. Returns the URL that the wallet opens. */
  async function pushed(name = hostile): Promise<{ url: string; requestUri: string }> {
    const offer = await issuer.billfold.credentials.issuer.offer(identity, {
      claims: { given_name: name, birthdate: '1815-12-10' },
      subject: issuer.user.current,
      grants: ['authorization_code'],
      by: 'value',
    })
    const object = new URL(offer.uri).searchParams.get('credential_offer') ?? ''
    const response = await fetch(`${issuer.publicUrl}/par`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        client_id: 'wallet',
        response_type: 'code',
        redirect_uri: back,
        code_challenge: createHash('sha256').update(randomBytes(32).toString('base64url')).digest('base64url'),
        code_challenge_method: 'S256',
        scope: 'identity.sd-jwt',
        issuer_state: /"issuer_state":"([^"]+)"/.exec(object)?.[1] ?? '',
      }).toString(),
    })
    const requestUri = /"request_uri":"([^"]+)"/.exec(await response.text())?.[1] ?? ''
    const query = new URLSearchParams({ client_id: 'wallet', request_uri: requestUri })
    return { url: `${issuer.publicUrl}/authorize?${query.toString()}`, requestUri }
  }

  const yes = (page: Page) => page.getByRole('button', { name: 'Yes, to my wallet' })
  /** Clicks, and waits until the browser goes to the wallet with a code. */
  async function agree(page: Page, clickCount = 1): Promise<Request> {
    const isBack = (request: Request) => request.isNavigationRequest() && request.url().startsWith(`${back}?code=`)
    const [request] = await Promise.all([page.waitForRequest(isBack, waiting), yes(page).click({ clickCount })])
    return request
  }
  const endsHere = (page: Page) => page.getByRole('heading', { name: 'This link does not work' }).waitFor(waiting)

  test.each([
    { size: 'phone', colorScheme: 'light' },
    { size: 'small', colorScheme: 'dark' },
    { size: 'wide', colorScheme: 'dark' },
  ] as const)('is accessible and as wide as the window: $size, $colorScheme', async (visitor) => {
    const { page, complaints } = await visit(visitor)
    await page.goto((await pushed()).url)
    await yes(page).waitFor(waiting)
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    expect(await findAccessibilityProblems(page)).toEqual([])
    await page.goto(`${issuer.publicUrl}/authorize?client_id=x`)
    await endsHere(page)
    expect(await findAccessibilityProblems(page)).toEqual([])
    expect(complaints).toEqual([])
  })

  test('shows values as text, and leads to the wallet once', async () => {
    const { page, complaints } = await visit()
    const { url } = await pushed()
    await page.goto(url)
    await page.getByText(hostile, { exact: true }).waitFor(waiting)
    expect(await page.locator('img').count()).toBe(0)
    expect((await agree(page)).headers()).not.toHaveProperty('referer')
    // The wallet is not there, so this tab goes on to an error page of the browser.
    const tab = await page.context().newPage()
    await tab.goto(url)
    await endsHere(tab)
    expect(complaints).toEqual([])
  })

  test('leads to the wallet also after a double click', async () => {
    const { page } = await visit()
    await page.goto((await pushed()).url)
    expect((await agree(page, 2)).url()).toContain(back)
  })

  test('is not shown in a frame of another page', async () => {
    const { page } = await visit()
    otherPage = `<!doctype html><title>Other</title><h1>Other</h1><iframe src="${(await pushed()).url.replaceAll('&', '&amp;')}"></iframe>`
    await page.goto(otherUrl)
    await page.getByRole('heading', { name: 'Other' }).waitFor(waiting)
    const urls = () => page.frames().map((frame) => frame.url())
    await expect.poll(urls, { timeout: waiting.timeout }).toContainEqual(expect.stringMatching(/^chrome-error:/))
  })

  test('takes no decision that the form of another page sends', async () => {
    const { page } = await visit()
    const { url, requestUri } = await pushed()
    await page.goto(url)
    await yes(page).waitFor(waiting)
    const consent = (await page.locator('input[name="consent"]').getAttribute('value')) ?? ''
    otherPage = `<!doctype html><title>Other</title><form method="post" action="${issuer.publicUrl}/authorize">
      <input name="request_uri" value="${requestUri}"><input name="consent" value="${consent}">
      <button name="decision" value="allow">Win</button></form>`
    const tab = await page.context().newPage()
    await tab.goto(otherUrl)
    await tab.getByRole('button', { name: 'Win' }).click()
    await endsHere(tab)
    expect((await agree(page)).url()).toContain(back)
  })

  test('takes no consent while another user is logged in, and then that of its own', async () => {
    const { page } = await visit()
    const { url } = await pushed()
    await page.goto(url)
    await yes(page).waitFor(waiting)
    const first = issuer.user.current
    try {
      issuer.user.current = { userId: await createUser(issuer) }
      await yes(page).click()
      await endsHere(page)
    } finally {
      issuer.user.current = first
    }
    await page.goBack()
    expect((await agree(page)).url()).toContain(back)
  })
})
