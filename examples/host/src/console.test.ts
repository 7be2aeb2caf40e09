import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  accessibilityProblems,
  browserPath,
  faceCamera,
  type OpenBrowser,
  openBrowser,
  type Visitor,
  withoutPoses,
} from '@billfold/browser-tests'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { consoleUrl, type RunningHost, startHost } from './running-host.ts'

const run = promisify(execFile)
const patience = { timeout: 30_000 }
const named = (page: Page, name: string): Locator => page.locator('.step').filter({ hasText: name })

/** Presses the button of a step, and waits for what came of it. */
async function perform(page: Page, action: string): Promise<Locator> {
  const button = page.getByRole('button', { name: action, exact: true })
  const step = page.locator('.step').filter({ has: button })
  await button.click(patience)
  await step.locator('[aria-busy]').waitFor({ ...patience, state: 'detached' })
  const outcome = step.locator('.outcome')
  await outcome.locator('dl, .wrong').first().waitFor(patience)
  return outcome
}

/** The calls that the page shows, as lines such as `POST /custody/api/users host 200`. */
async function callsOn(page: Page): Promise<string[]> {
  const summaries = page.locator('#calls summary')
  return summaries.evaluateAll((all) =>
    all.map((one) => [...one.children].map(({ textContent }) => textContent).join(' ')),
  )
}

/** Runs what a call is copied as, in the shell of somebody who sits at the host. */
async function copied(page: Page, host: RunningHost, index: number): Promise<unknown> {
  const command = await page.locator('#calls .copy').nth(index).getAttribute('data-copy')
  const { stdout } = await run('sh', ['-c', command ?? ''], { cwd: host.dataDirectory })
  return JSON.parse(stdout)
}

// Where no browser is installed, the end of the run says so.
describe.runIf(browserPath !== undefined)('the console', () => {
  let browser: OpenBrowser
  let hosts: Record<'express' | 'koa', RunningHost>
  let faults: string[] = []
  beforeAll(async () => {
    browser = await openBrowser(await faceCamera())
    hosts = { express: await startHost({}), koa: await startHost({ FRAMEWORK: 'koa' }) }
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await Promise.all([hosts.express.kill(), hosts.koa.kill()])
  })

  async function open(host: RunningHost, path: string, visitor: Visitor = { size: 'desktop' }): Promise<Page> {
    const page = await browser.visit(visitor)
    faults = []
    page.on('pageerror', ({ message }) => faults.push(message))
    page.on('console', (message) => {
      // A refusal that is a step's point is told to the console of the browser as well.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        faults.push(message.text())
    })
    await page.goto(consoleUrl(host, path))
    await page.getByRole('heading', { level: 1 }).waitFor(patience)
    return page
  }

  /** The pages are the same on both frameworks: those of one are looked at by day, those of the other by night. */
  async function expectNoFaults(page: Page): Promise<void> {
    expect(faults).toEqual([])
    await page.emulateMedia({ colorScheme: page.url().startsWith(hosts.koa.url) ? 'light' : 'dark' })
    expect(await accessibilityProblems(page)).toEqual([])
    // The narrowest that WCAG 2.2 asks for (1.4.10): nothing to scroll sideways for.
    await page.setViewportSize({ width: 320, height: 640 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
  }

  describe.each(['express', 'koa'] as const)('of a host on %s', (framework) => {
    test('makes a user and a wallet, signs, and says that a PIN is wrong', async () => {
      const page = await open(hosts[framework], '/')
      await perform(page, 'Make the user')
      await perform(page, 'Make the wallet')
      await page.locator('.step').last().getByLabel('PIN').fill('000000')
      expect(await (await perform(page, 'Sign')).innerText()).toBe('Incorrect pincode')
      await page.locator('.step').last().getByLabel('PIN').fill('123456')
      const signed = await perform(page, 'Sign')
      expect(await signed.locator('.holds').count()).toBe(1)
      expect(await callsOn(page)).toEqual([
        'POST /custody/api/users host 200',
        'POST /custody/api/wallets host 200',
        'POST /custody/api/signatures host 403',
        'POST /custody/api/signatures host 200',
      ])
      expect(await copied(page, hosts[framework], 3)).toMatchObject({ success: true })
      await expectNoFaults(page)
    })

    test('signs in with a wallet, applies, is approved, and opens a session', async () => {
      const page = await open(hosts[framework], '/demo/onboarding')
      await perform(page, 'Sign in')
      const passport = { name: 'passport.png', mimeType: 'image/png', buffer: Buffer.from('89504e470d0a1a0a', 'hex') }
      await page.getByLabel('A picture of a document').setInputFiles(passport)
      expect(await (await perform(page, 'Apply')).innerText()).toContain('submitted')
      expect(await (await perform(page, 'Approve it')).innerText()).toContain('approved')
      await expectNoFaults(page)
      expect(await copied(page, hosts[framework], (await callsOn(page)).length - 1)).toMatchObject({
        application: { status: 'approved' },
      })
      await page.getByRole('button', { name: 'Log in' }).click()
      await page.waitForURL(/signed-in/, patience)
      await page.getByText('You are logged in to the host').waitFor(patience)
      expect((await page.context().cookies()).map(({ name }) => name)).toContain('demo_user')
    })

    test('makes a DID, resolves it, and changes its document', async () => {
      const page = await open(hosts[framework], '/demo/dids')
      await perform(page, 'Make the DID')
      expect(await (await perform(page, 'Resolve')).innerText()).toContain('https://agent.example')
      expect(await (await perform(page, 'Add it')).innerText()).toContain('https://mailbox.example')
      expect(await copied(page, hosts[framework], 1)).toHaveProperty('didDocument')
      await expectNoFaults(page)
    })

    test('pays, confirms on both sides, and shows the books', async () => {
      const page = await open(hosts[framework], '/demo/payments')
      await perform(page, 'Register both')
      await perform(page, 'Pay')
      expect(await (await perform(page, 'Confirm as Ben')).innerText()).toContain('yet to confirm')
      expect(await (await perform(page, 'Confirm as Ada')).innerText()).toContain('successfully')
      const books = await (await perform(page, 'Show the entries')).innerText()
      expect(books.replaceAll(/\s+/g, ' ')).toContain('Ada: available +25 −10')
      expect(books.replaceAll(/\s+/g, ' ')).toContain('Ben: available +25 +10')
      await expectNoFaults(page)
    })
  })

  test('enrols a face, signs in by it with a PIN, and without one on a device that is trusted', async () => {
    const page = await open(hosts.koa, '/demo/face')
    await withoutPoses(page)
    await perform(page, 'Make the user')
    const go = async (step: string, action: string): Promise<void> => {
      await named(page, step).getByRole('combobox').selectOption('still')
      await page.getByRole('button', { name: action, exact: true }).click()
      await page.getByRole('button', { name: 'Start the camera' }).click(patience)
    }
    const back = () => page.waitForURL(/\/demo\/face\?session=[\w-]+&status=success$/, patience)
    await go('Enrol their face', 'Enrol')
    await back()
    await named(page, 'Enrol their face').locator('.holds').waitFor(patience)
    expect(await callsOn(page)).toContain('call billfold.authentication.sessions.create')

    await go('Sign in', 'Sign in by face')
    await page.getByLabel('PIN').fill('4711', patience)
    await page.getByLabel('Do not ask again').check()
    await page.getByRole('button', { name: 'Confirm' }).click()
    await back()
    await named(page, 'Likeness of the face').locator('.holds').waitFor(patience)
    expect(await (await perform(page, 'List the devices')).locator('dd').count()).toBe(1)
    await expectNoFaults(page)

    await go('Sign in', 'Sign in by face')
    await back()
    await named(page, 'Likeness of the face').locator('.holds').waitFor(patience)
    await perform(page, 'Forget')
    expect(await page.getByRole('button', { name: 'Sign in by face' }).isDisabled()).toBe(true)
  }, 120_000)

  test('takes the key out of the address, and acts for no page that was opened without it', async () => {
    const page = await open(hosts.koa, '/')
    expect(page.url()).toBe(`${hosts.koa.url}/`)
    const stranger = await browser.visit({ size: 'desktop' })
    await stranger.goto(hosts.koa.url)
    expect(await (await perform(stranger, 'Make the user')).innerText()).toContain('the link that the host printed')
  })

  test('says so where the camera is not allowed', async () => {
    const page = await open(hosts.koa, '/demo/face', { allowsCamera: false })
    await perform(page, 'Make the user')
    await page.getByRole('button', { name: 'Enrol', exact: true }).click()
    await page.getByRole('button', { name: 'Start the camera' }).click(patience)
    await page.getByRole('heading', { name: 'The camera is not allowed' }).waitFor(patience)
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
      const document = page.waitForResponse(`${hosts.koa.url}${mount}/openapi.json`, patience)
      await page.goto(`${hosts.koa.url}/openapi/${name}`)
      expect((await document).status()).toBe(200)
    }
    await page.getByText('/api/users', { exact: true }).first().waitFor(patience)
    expect(faults).toEqual([])
  })
})
