import { anna, performed, portraitPixels, straight } from '@billfold/test-photos'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { showPictures } from './fake-camera.ts'
import { browserPath, type CameraBrowser, findAccessibilityProblems, launchBrowser, type Visitor } from './browser.ts'
import { faceCamera } from './face-camera.ts'
import { type LoginHost, startLoginHost, pin } from './login-host.ts'
import { expectScreen, start, waiting } from './screens.ts'
import { shortenWaits } from './shorten-waits.ts'

const them = await portraitPixels(straight)
const [stranger] = anna

// Skipped without a browser; the summary of the run reports it.
describe.runIf(browserPath !== undefined)('the authentication page', () => {
  let host: LoginHost
  let browser: CameraBrowser

  /** Opens a page with shortened waits. */
  async function visit(visitor?: Visitor): Promise<Page> {
    const page = await browser.visit(visitor)
    await shortenWaits(page)
    return page
  }

  beforeAll(async () => {
    host = await startLoginHost({ steps: ['turn_left', 'open_mouth', 'turn_right'] })
    browser = await launchBrowser(await faceCamera())
    // The user is enrolled once.
    const page = await visit()
    await page.goto(await host.session({ purpose: 'enroll' }))
    await expectScreen(page, 'Enrol your face')
    await start(page)
    await expectScreen(page, 'Done')
  }, 300_000)
  afterEach(() => browser.closePages())
  afterAll(async () => {
    await browser.close()
    await host.close()
  })

  test('signs a user in by face and PIN, returns to the relying party, and skips the PIN on a trusted device', async () => {
    const page = await visit()
    await page.goto(await host.session({ returnUrl: `${host.relyingParty}/after` }))
    await expectScreen(page, 'Sign in with your face')
    await start(page)
    await expectScreen(page, 'Enter your PIN')
    await page.getByLabel('PIN').fill('0000')
    await page.getByLabel('Do not ask again').check()
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('alert').getByText('That PIN is not right.').waitFor(waiting)
    expect(await findAccessibilityProblems(page)).toEqual([])
    await page.getByLabel('PIN').fill(pin)
    await page.getByRole('button', { name: 'Confirm' }).click()
    await expectScreen(page, 'Done')
    await page.waitForURL(/localhost.*\/after\?session=[0-9a-f-]+&status=success$/, waiting)

    await page.goto(await host.session())
    await start(page)
    await expectScreen(page, 'Done')
  }, 300_000)

  test('works with the keyboard alone and moves the focus to each next step', async () => {
    const page = await visit()
    await page.goto(await host.session({ configuration: 'manual' }))
    await page.getByRole('heading', { name: 'Sign in with your face' }).waitFor(waiting)
    const focused = () => page.evaluate('document.activeElement.textContent')
    expect(await focused()).toBe('Sign in with your face')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Take the picture' }).waitFor(waiting)
    expect(await findAccessibilityProblems(page)).toEqual([])
    expect(await focused()).toMatch(/^Put your face in the oval/)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Enter your PIN' }).waitFor(waiting)
    await page.keyboard.type(pin)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Done' }).waitFor(waiting)
  }, 300_000)

  test('rejects another person and ends the session after the maximum of attempts', async () => {
    const page = await visit()
    await showPictures(page, {}, await portraitPixels(stranger))
    await page.goto(await host.session({ configuration: 'two attempts' }))
    await start(page)
    await expectScreen(page, 'Let us try that again')
    await page.getByRole('button', { name: 'Try again' }).click()
    await expectScreen(page, 'That did not work')
  }, 300_000)

  test('reports that no face was found', async () => {
    const wall = { data: Buffer.alloc(640 * 480 * 3, 120), width: 640, height: 480 }
    const page = await visit()
    await showPictures(page, {}, wall)
    await page.goto(await host.session())
    await start(page)
    await expectScreen(page, 'Let us try that again')
    await page.getByText('We saw no face').waitFor(waiting)
  }, 300_000)

  test('shows a screen for a blocked camera and one for a missing camera', async () => {
    const page = await visit({ allowsCamera: false })
    await page.goto(await host.session())
    await start(page)
    await expectScreen(page, 'The camera is not allowed')
    await page.getByRole('button', { name: 'Try again' }).waitFor(waiting)
    const another = await launchBrowser('no camera')
    try {
      const without = await another.visit()
      await without.goto(await host.session())
      await start(without)
      await expectScreen(without, 'There is no camera')
    } finally {
      await another.close()
    }
  }, 300_000)

  test('resumes at the same step when the network returns', async () => {
    const page = await visit()
    const context = page.context()
    await page.goto(await host.session())
    await page.route('**/v2/submit_face', (route) => route.abort('internetdisconnected'))
    await start(page)
    await expectScreen(page, 'The connection was lost')
    await page.unroute('**/v2/submit_face')
    await page.getByRole('button', { name: 'Try again' }).click()
    await expectScreen(page, 'Enter your PIN')
    await context.setOffline(true)
    await page.getByLabel('PIN').fill(pin)
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('alert').getByText('Check your network').waitFor(waiting)
    await context.setOffline(false)
    await page.getByRole('button', { name: 'Confirm' }).click()
    await expectScreen(page, 'Done')
  }, 300_000)

  test('retries a step whose reply was lost, which is executed once', async () => {
    const page = await visit()
    /** Forwards one request to the server and drops its reply. */
    const loseOneAnswer = async (path: string): Promise<void> => {
      await page.route(
        path,
        async (route) => {
          await route.fetch()
          await route.abort('connectionreset')
        },
        { times: 1 },
      )
    }
    await page.goto(await host.session())
    await loseOneAnswer('**/v2/submit_face')
    await start(page)
    await expectScreen(page, 'The connection was lost')
    await page.getByRole('button', { name: 'Try again' }).click()
    await expectScreen(page, 'Enter your PIN')
    await loseOneAnswer('**/verify_pin')
    await page.getByLabel('PIN').fill(pin)
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('alert').getByText('Check your network').waitFor(waiting)
    await page.getByRole('button', { name: 'Confirm' }).click()
    await expectScreen(page, 'Done')
  }, 300_000)

  test('signs in a user who performs the liveness challenge', async () => {
    // Without shortened waits: the camera shows each movement a moment after the page asks for it.
    const page = await browser.visit()
    const pictures = {
      'Turn your head to your left': performed.turn_left(them),
      'Open your mouth': performed.open_mouth(them),
      'Turn your head to your right': performed.turn_right(them),
    }
    await showPictures(page, pictures, them)
    await page.goto(await host.session({ configuration: 'challenge' }))
    await start(page)
    for (const input of ['Look straight ahead, mouth closed', ...Object.keys(pictures)])
      await page.getByRole('heading', { name: input }).waitFor(waiting)
    await expectScreen(page, 'Enter your PIN')
  }, 300_000)

  test('rejects a still photo in a liveness challenge', async () => {
    const page = await visit()
    await page.goto(await host.session({ configuration: 'challenge' }))
    await start(page)
    await expectScreen(page, 'Let us try that again')
    await page.getByText('you and not a picture').waitFor(waiting)
  }, 300_000)

  test('allows no inline script, foreign script or framing', async () => {
    const answer = await fetch(`${host.url}/walletapi/v2/authentication?session=x`)
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(await answer.text()).not.toMatch(/<script(?![^>]*src=)|\sstyle=|\son\w+=/)
  })
})
