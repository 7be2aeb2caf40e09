import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  addAuthenticator,
  findAccessibilityProblems,
  browserPath,
  faceCamera,
  type CameraBrowser,
  launchBrowser,
  type PageFramework,
  pageFrameworks,
  type Visitor,
  shortenWaits,
} from '@billfold/browser-tests'
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { consoleUrl, type RunningHost, startExampleHost } from './running-host.ts'

const run = promisify(execFile)
const waiting = { timeout: 120_000 }
const stepNamed = (page: Page, name: string): Locator => page.locator('.step').filter({ hasText: name })

/** Presses the button of a step and waits for its result. */
async function perform(page: Page, action: string): Promise<Locator> {
  const button = page.getByRole('button', { name: action, exact: true })
  const step = page.locator('.step').filter({ has: button })
  await button.click(waiting)
  await step.locator('[aria-busy]').waitFor({ ...waiting, state: 'detached' })
  const outcome = step.locator('.outcome')
  await outcome.locator('dl, .error').first().waitFor(waiting)
  return outcome
}

/** Lists the calls shown by the page, as lines such as `POST /custody/api/users host 200`. */
async function callsOn(page: Page): Promise<string[]> {
  const summaries = page.locator('#calls summary')
  return summaries.evaluateAll((elements) =>
    elements.map((element) => [...element.children].map(({ textContent }) => textContent).join(' ')),
  )
}

/** Runs the copied curl command of a call in the data directory of the host. */
async function runCopied(page: Page, host: RunningHost, index: number): Promise<unknown> {
  const command = await page.locator('#calls .copy').nth(index).getAttribute('data-copy')
  const { stdout } = await run('sh', ['-c', command ?? ''], { cwd: host.dataDirectory })
  return JSON.parse(stdout)
}

// Skipped without a browser; the summary of the run reports it.
describe.runIf(browserPath !== undefined)('the console', () => {
  let browser: CameraBrowser
  let hosts: Record<PageFramework, RunningHost>
  let faults: string[] = []
  beforeAll(async () => {
    browser = await launchBrowser(await faceCamera())
    hosts = { express: await startExampleHost({}), koa: await startExampleHost({ FRAMEWORK: 'koa' }) }
  }, 300_000)
  afterEach(() => browser.closePages())
  afterAll(async () => {
    await browser.close()
    await Promise.all([hosts.express.kill(), hosts.koa.kill()])
  })

  async function open(host: RunningHost, path: string, visitor: Visitor = { size: 'desktop' }): Promise<Page> {
    const page = await browser.visit(visitor)
    faults = []
    page.on('pageerror', ({ message }) => faults.push(message))
    page.on('console', (message) => {
      // Browsers log expected error responses as failed resources.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        faults.push(message.text())
    })
    await page.goto(consoleUrl(host, path))
    await page.getByRole('heading', { level: 1 }).waitFor(waiting)
    return page
  }

  /** Checks accessibility and layout. The pages are identical on both frameworks: one is checked in light, the other in dark mode. */
  async function expectNoFaults(page: Page): Promise<void> {
    expect(faults).toEqual([])
    await page.emulateMedia({ colorScheme: page.url().startsWith(hosts.koa.url) ? 'light' : 'dark' })
    expect(await findAccessibilityProblems(page)).toEqual([])
    // WCAG 2.2, 1.4.10 Reflow: no horizontal scrolling at 320 px.
    await page.setViewportSize({ width: 320, height: 640 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
  }

  describe.each(pageFrameworks)('on %s', (framework) => {
    test('creates a user and a wallet, signs, and reports a wrong PIN', async () => {
      const page = await open(hosts[framework], '/')
      await perform(page, 'Create user')
      await perform(page, 'Create wallet')
      await stepNamed(page, 'Sign a message').getByLabel('PIN').fill('000000')
      expect(await (await perform(page, 'Sign')).innerText()).toBe('Incorrect pincode. Attempts left: 9')
      await stepNamed(page, 'Sign a message').getByLabel('PIN').fill('123456')
      const signed = await perform(page, 'Sign')
      const assessed = await perform(page, 'Assess')
      expect(await assessed.getByRole('meter').count()).toBe(1)
      expect(await assessed.innerText()).toMatch(/Score\s+[\d.]+[^]*Pending approvals\s+0/)
      expect(await signed.locator('.valid').count()).toBe(1)
      expect(await callsOn(page)).toEqual([
        'POST /custody/api/users host 200',
        'POST /custody/api/wallets host 200',
        'POST /custody/api/signatures host 403',
        'POST /custody/api/signatures host 200',
        'call billfold.risk.assess',
      ])
      expect(await runCopied(page, hosts[framework], 3)).toMatchObject({ success: true })
      await expectNoFaults(page)
    })

    test('signs in with a wallet, submits an application, approves it, and starts a session', async () => {
      const page = await open(hosts[framework], '/demo/onboarding')
      await perform(page, 'Sign in')
      const passport = { name: 'passport.png', mimeType: 'image/png', buffer: Buffer.from('89504e470d0a1a0a', 'hex') }
      await page.getByLabel('Document (image or PDF)').setInputFiles(passport)
      expect(await (await perform(page, 'Submit')).innerText()).toContain('submitted')
      expect(await (await perform(page, 'Approve')).innerText()).toContain('approved')
      await expectNoFaults(page)
      expect(await runCopied(page, hosts[framework], (await callsOn(page)).length - 1)).toMatchObject({
        application: { status: 'approved' },
      })
      await page.getByRole('button', { name: 'Log in' }).click()
      await page.waitForURL(/signed-in/, waiting)
      await page.getByText('Logged in to the host').waitFor(waiting)
      expect((await page.context().cookies()).map(({ name }) => name)).toContain('demo_user')
    })

    test('creates a DID, resolves it, and adds a service', async () => {
      const page = await open(hosts[framework], '/demo/dids')
      await perform(page, 'Create DID')
      expect(await (await perform(page, 'Resolve')).innerText()).toContain('https://agent.example')
      expect(await (await perform(page, 'Add service')).innerText()).toContain('https://mailbox.example')
      expect(await runCopied(page, hosts[framework], 1)).toHaveProperty('didDocument')
      await expectNoFaults(page)
    })

    test('pays, confirms both legs, and shows the ledger', async () => {
      const page = await open(hosts[framework], '/demo/payments')
      await perform(page, 'Register both')
      await perform(page, 'Pay')
      expect(await (await perform(page, 'Confirm as Ben')).innerText()).toContain('yet to confirm')
      expect(await (await perform(page, 'Confirm as Ada')).innerText()).toContain('successfully')
      const ledger = await (await perform(page, 'Show entries')).innerText()
      expect(ledger.replaceAll(/\s+/g, ' ')).toContain('Ada: available +25 −10')
      expect(ledger.replaceAll(/\s+/g, ' ')).toContain('Ben: available +25 +10')
      await expectNoFaults(page)
    })
  })

  test('enrols a face, signs in with face and PIN, and without PIN on a trusted device', async () => {
    const page = await open(hosts.koa, '/demo/face')
    await shortenWaits(page)
    await perform(page, 'Create user')
    const go = async (step: string, action: string): Promise<void> => {
      await stepNamed(page, step).getByRole('combobox').selectOption('still')
      await page.getByRole('button', { name: action, exact: true }).click()
      await page.getByRole('button', { name: 'Start the camera' }).click(waiting)
    }
    const back = () => page.waitForURL(/\/demo\/face\?session=[\w-]+&status=success$/, waiting)
    await go('Enrol a face', 'Enrol')
    await back()
    await stepNamed(page, 'Enrol a face').locator('.valid').waitFor(waiting)
    expect(await callsOn(page)).toContain('call billfold.authentication.sessions.create')

    await go('Sign in', 'Sign in with face')
    await page.getByLabel('PIN').fill('4711', waiting)
    await page.getByLabel('Do not ask again').check()
    await page.getByRole('button', { name: 'Confirm' }).click()
    await back()
    await stepNamed(page, 'Face match score').locator('.valid').waitFor(waiting)
    expect(await (await perform(page, 'List devices')).locator('dd').count()).toBe(1)
    await expectNoFaults(page)

    await go('Sign in', 'Sign in with face')
    await back()
    await stepNamed(page, 'Face match score').locator('.valid').waitFor(waiting)
    await perform(page, 'Erase')
    expect(await page.getByRole('button', { name: 'Sign in with face' }).isDisabled()).toBe(true)
  }, 300_000)

  test.each(pageFrameworks)(
    'adds a passkey, signs with it, replaces a lost PIN, and signs in by autofill, on %s',
    async (framework) => {
      const page = await open(hosts[framework], '/demo/passkeys')
      await addAuthenticator(page)
      await perform(page, 'Create user and wallet')
      expect(await (await perform(page, 'Add passkey')).innerText()).toContain('Signing method')
      expect(await (await perform(page, 'Sign with passkey')).locator('.valid').count()).toBe(1)
      const replaced = await perform(page, 'Replace PIN')
      expect(await replaced.innerText()).toContain('replaced')
      expect(await replaced.locator('.valid').count()).toBe(1)
      expect(await callsOn(page)).toContain('POST /custody/api/signatures host 200')
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.waitForURL(/\/demo\/passkeys\?session=[\w-]+&status=success$/, waiting)
      const signedIn = stepNamed(page, 'Sign in with the passkey')
      await signedIn.locator('.valid').waitFor(waiting)
      expect(await signedIn.innerText()).toContain('hwk, user')
      await expectNoFaults(page)
    },
    300_000,
  )

  test.each(pageFrameworks)(
    'applies, is approved, receives a credential, and presents one claim to another site, on %s',
    async (framework) => {
      const page = await open(hosts[framework], '/demo/credentials')
      await perform(page, 'Apply')
      expect(await page.getByRole('button', { name: 'Receive', exact: true }).isDisabled()).toBe(true)
      await perform(page, 'Approve')
      const received = await (await perform(page, 'Receive')).innerText()
      for (const shown of ['Example authority', 'urn:example:account:1', 'given_name', 'family_name'])
        expect(received).toContain(shown)
      await page.getByRole('button', { name: 'Visit the shop', exact: true }).click()
      await page.getByRole('heading', { name: 'Shop' }).waitFor(waiting)
      expect(new URL(page.url()).origin).not.toBe(hosts[framework].url)
      expect(await findAccessibilityProblems(page)).toEqual([])
      await page.getByRole('link', { name: 'Show your credential' }).click()
      await page.waitForURL(/\/demo\/credentials\?.*request_uri=/, waiting)
      await page.locator('.step.done').filter({ hasText: 'Visit another site' }).waitFor(waiting)
      expect(await (await perform(page, 'Look at it')).innerText()).toMatch(/Shop[^]*first name[^]*given_name$/m)
      await expectNoFaults(page)
      expect(await callsOn(page)).toContainEqual(expect.stringMatching(/^POST \/holder\/users\/.*\/requests host 200$/))
      await page.getByRole('button', { name: 'Present', exact: true }).click()
      await page.getByRole('heading', { name: 'Welcome, Ada' }).waitFor(waiting)
      expect(await page.locator('dl').innerText()).toContain('not disclosed')
      await page.reload()
      await page.getByRole('heading', { name: 'Not verified' }).waitFor(waiting)
      await page.goBack()
      expect(faults).toEqual([])
    },
    300_000,
  )

  test('removes the key from the address bar, and rejects actions of a page opened without it', async () => {
    const page = await open(hosts.koa, '/')
    expect(page.url()).toBe(`${hosts.koa.url}/`)
    const stranger = await browser.visit({ size: 'desktop' })
    await stranger.goto(hosts.koa.url)
    await stranger.getByRole('alert').getByText('This page has no valid key').waitFor(waiting)
    expect(await page.getByText('This page has no valid key').count()).toBe(0)
    expect(await (await perform(stranger, 'Create user')).innerText()).toContain('the link that the host printed')
  })

  test('shows every call of the DID flow within the window, and the result where the button is', async () => {
    const page = await open(hosts.express, '/demo/dids')
    expect(await page.evaluate("document.querySelector('aside').clientWidth / innerWidth")).toBeLessThan(0.2)
    await perform(page, 'Create DID')
    await perform(page, 'Resolve')
    for (const [width, height] of [
      [1280, 800],
      [1440, 900],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height })
      const beyond = await page.evaluate(
        "[...document.querySelectorAll('aside, #calls summary, #calls .copy, #calls pre')].filter((one) => one.getBoundingClientRect().right > innerWidth).length",
      )
      expect([width, beyond]).toEqual([width, 0])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      const cut =
        "[...document.querySelectorAll('main input')].filter((one) => one.scrollWidth > one.clientWidth).length"
      expect([width, await page.evaluate(cut)]).toEqual([width, 0])
    }
    await page.getByRole('button', { name: 'Resolve', exact: true }).click()
    // Not waitForFunction: it evaluates text in the page, which the page's Content-Security-Policy refuses from the second try on.
    await page
      .locator('#calls li')
      .nth(2)
      .waitFor({ ...waiting, state: 'attached' })
    expect(await page.locator('#calls li').count()).toBe(3)
    const box = await stepNamed(page, 'Resolve').locator('.outcome').boundingBox()
    const top = box?.y ?? -1
    expect(top).toBeGreaterThanOrEqual(0)
    expect(top).toBeLessThan(844)
  })

  test('shows that a step waits for another in its fields too', async () => {
    const page = await open(hosts.koa, '/')
    const fields = stepNamed(page, 'Sign a message').getByLabel('Message')
    const background = () =>
      page.evaluate("getComputedStyle(document.querySelector('input[name=message]')).backgroundColor")
    expect(await fields.isDisabled()).toBe(true)
    expect(await background()).toBe('rgba(0, 0, 0, 0)')
    await perform(page, 'Create user')
    await perform(page, 'Create wallet')
    expect(await background()).not.toBe('rgba(0, 0, 0, 0)')
  })

  test('says that the host does not answer', async () => {
    const page = await open(hosts.koa, '/')
    await page.route('**/demo/actions/**', (route) => route.abort())
    expect(await (await perform(page, 'Create user')).innerText()).toBe(
      'The host does not answer. Is it still running?',
    )
  })

  test('reports a blocked camera', async () => {
    const page = await open(hosts.koa, '/demo/face', { allowsCamera: false })
    await perform(page, 'Create user')
    await page.getByRole('button', { name: 'Enrol', exact: true }).click()
    await page.getByRole('button', { name: 'Start the camera' }).click(waiting)
    await page.getByRole('heading', { name: 'The camera is not allowed' }).waitFor(waiting)
    expect(await page.getByRole('button', { name: 'Try again' }).isEnabled()).toBe(true)
  })

  test('shows the OpenAPI document of each API', async () => {
    const page = await open(hosts.koa, '/')
    for (const [name, mount] of [
      ['authentication', '/walletapi'],
      ['onboarding', '/onboarding'],
      ['dids', '/dids'],
      ['payments', '/payments'],
      ['custody', '/custody'],
    ] as const) {
      const document = page.waitForResponse(`${hosts.koa.url}${mount}/openapi.json`, waiting)
      await page.goto(`${hosts.koa.url}/openapi/${name}`)
      expect((await document).status()).toBe(200)
    }
    await page.getByText('/api/users', { exact: true }).first().waitFor(waiting)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const problems = await findAccessibilityProblems(page)
      expect(problems.filter((problem) => problem.startsWith('color-contrast'))).toEqual([])
    }
    expect(faults).toEqual([])
  })
})
