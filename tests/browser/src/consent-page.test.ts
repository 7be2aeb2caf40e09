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

  test('sends one decision for a double click, however long the answer takes', async () => {
    const { page } = await visit()
    let decisions = 0
    await page.route('**/authorize', async (route) => {
      decisions += 1
      await new Promise((resolve) => setTimeout(resolve, 1000))
      await route.continue()
    })
    const { x, y } = await openEnabled(page)
    const isBack = (request: Request) => request.url().startsWith(`${back}?code=`)
    const returns = page.waitForRequest(isBack, { timeout: 10_000 })
    await page.mouse.click(x, y)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await page.mouse.click(x, y)
    expect((await returns).url()).toContain(back)
    expect(decisions).toBe(1)
  })

  /** The body of the decision that the page sends in two seconds, if any. */
  async function decisionOf(page: Page, act: () => Promise<void>): Promise<string | undefined> {
    const sends = page
      .waitForRequest((request) => request.method() === 'POST', { timeout: 2000 })
      .then((request) => request.postData() ?? '')
      .catch(() => undefined)
    await act()
    return sends
  }
  /** Opens the page, and waits until its button can be used. Returns where that is. */
  async function openEnabled(page: Page): Promise<{ x: number; y: number }> {
    await page.goto((await pushed()).url)
    await expect.poll(() => yes(page).getAttribute('aria-disabled'), { timeout: waiting.timeout }).toBeNull()
    const box = await yes(page).boundingBox()
    if (box === null) throw new Error('the button is not shown')
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  }
  const status = (page: Page) => page.getByRole('status').textContent()
  const button = 'document.querySelector(\'button[value="allow"]\')'
  const tooEarly = 'This page has only just come to the front. Read it, and choose again in a second.'

  test('takes no second click of a double click whose first one closed a window in front of it', async () => {
    const { page: opener } = await visit()
    // A page of somebody else puts a window in front of itself, and leads to the consent page behind it.
    otherPage =
      "<!doctype html><title>Other</title><button onclick=\"open(location.href, 'front', 'popup')\">Play</button>"
    await opener.goto(otherUrl)
    const opened = opener.waitForEvent('popup')
    await opener.getByRole('button', { name: 'Play' }).click()
    const front = await opened
    await front.getByRole('button', { name: 'Play' }).waitFor(waiting)
    const { url } = await pushed()
    await front.evaluate(`opener.location = ${JSON.stringify(url)}`)
    await yes(opener).waitFor(waiting)
    await expect.poll(() => yes(opener).getAttribute('aria-disabled'), { timeout: waiting.timeout }).toBeNull()
    const box = await yes(opener).boundingBox()
    const [x, y] = [(box?.x ?? 0) + 20, (box?.y ?? 0) + 10]
    await front.mouse.move(x, y)
    const sent = await decisionOf(opener, async () => {
      await front.close()
      await opener.bringToFront()
      await opener.evaluate('dispatchEvent(new Event("focus"))')
      await opener.mouse.click(x, y, { clickCount: 2 })
    })
    expect(sent).toBeUndefined()
    expect(await status(opener)).toBe(tooEarly)
    expect((await agree(opener)).url()).toContain(back)
  })

  test('takes no click of a mouse that has not moved since the page came to the front', async () => {
    const { page } = await visit()
    const { x, y } = await openEnabled(page)
    await page.mouse.move(x, y)
    await page.evaluate('dispatchEvent(new Event("focus"))')
    await expect.poll(() => yes(page).getAttribute('aria-disabled'), { timeout: waiting.timeout }).toBeNull()
    const press = async () => {
      await page.mouse.down()
      await page.mouse.up()
    }
    expect(await decisionOf(page, press)).toBeUndefined()
    expect(await status(page)).toBe(tooEarly)
    // The page was seen by then.
    expect(await decisionOf(page, press)).toContain('decision=allow')
  })

  test('takes no click of several that follow each other quickly, and takes “No” at any time', async () => {
    const { page } = await visit()
    const { x, y } = await openEnabled(page)
    await page.evaluate('dispatchEvent(new Event("focus"))')
    const clicks = async () => {
      for (let count = 0; count < 8; count++) {
        await page.mouse.click(x, y)
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    }
    expect(await decisionOf(page, clicks)).toBeUndefined()
    const no = () => page.getByRole('button', { name: 'No', exact: true }).click()
    expect(await decisionOf(page, no)).toContain('decision=deny')
  })

  test.each([
    ['keys', async (page: Page) => page.keyboard.press('Enter')],
    ['a screen reader', async (page: Page) => page.evaluate(`${button}.click()`)],
  ])('is used with %s: the button keeps its focus while it is disabled, and needs no mouse', async (_, activate) => {
    const { page } = await visit()
    await openEnabled(page)
    await page.evaluate('dispatchEvent(new Event("focus"))')
    await page.keyboard.press('Tab')
    const isFocused = () => page.evaluate(`${button} === document.activeElement`)
    expect(await isFocused()).toBe(true)
    expect(await decisionOf(page, async () => void (await activate(page)))).toBeUndefined()
    expect(await status(page)).toBe(tooEarly)
    expect(await isFocused()).toBe(true)
    expect(await findAccessibilityProblems(page)).toEqual([])
    expect(await decisionOf(page, async () => void (await activate(page)))).toContain('decision=allow')
  })

  test('works without scripts', async () => {
    const page = await browser.visit({ allowsCamera: false, javaScriptEnabled: false })
    await page.goto((await pushed()).url)
    expect((await agree(page)).url()).toContain(back)
  })

  test('is not shown in a window that a sandboxed frame opens, in which its script would not run', async () => {
    const { page } = await visit()
    const { url } = await pushed()
    const link = `<a target=_blank rel=opener href="${url.replaceAll('&', '&amp;')}">Play</a>`
    const sandbox = 'allow-popups allow-forms allow-same-origin'
    otherPage = `<!doctype html><title>Other</title><iframe sandbox="${sandbox}" srcdoc='${link}'></iframe>`
    await page.goto(otherUrl)
    const opened = page.context().waitForEvent('page')
    await page.frameLocator('iframe').getByRole('link', { name: 'Play' }).click()
    const popup = await opened
    await expect.poll(() => popup.url(), { timeout: waiting.timeout }).toMatch(/^chrome-error:/)
    expect(await yes(popup).count()).toBe(0)
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
