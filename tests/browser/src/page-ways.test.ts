// cspell:ignore noopener noreferrer avec iniciar sesión rostro cette expiré تسجيل الدخول بوجهك
import { portraitPixels, anna } from '@billfold/test-photos'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type CameraBrowser, browserPath, launchBrowser, type Visitor } from './browser.ts'
import { faceCamera } from './face-camera.ts'
import { showPictures } from './fake-camera.ts'
import { type LoginHost, pin, startLoginHost } from './login-host.ts'
import { enterPin, expectScreen, expectWrongPin, press, start, waiting } from './screens.ts'
import { shortenWaits } from './shorten-waits.ts'

const pinStep = 'Enter your PIN'

// Skipped without a browser; the summary of the run reports it.
describe.runIf(browserPath !== undefined)('the authentication page', () => {
  let host: LoginHost
  let browser: CameraBrowser

  async function visit(visitor?: Visitor): Promise<Page> {
    const page = await browser.visit(visitor)
    await shortenWaits(page)
    return page
  }

  /** Opens a session, and shows the face. */
  async function reachPin(url: string): Promise<Page> {
    const page = await visit()
    await page.goto(url)
    await start(page)
    await expectScreen(page, pinStep)
    return page
  }

  /** What the relying party's server sees of a session. */
  async function result(url: string): Promise<{ status: string; message: string }> {
    const session = new URL(Buffer.from(new URL(url).searchParams.get('session') ?? '', 'base64url').toString())
    const { connect } = await import('@billfold/core/client')
    const connection = await connect({ url: `${host.url}/walletapi` })
    const id = session.pathname.split('/').at(-1) ?? ''
    const body = await connection.call('POST', `/session_result?session=${id}`, { data: {} })
    const { data } = body as { data: { status: string; message: string } }
    return data
  }

  beforeAll(async () => {
    host = await startLoginHost()
    browser = await launchBrowser(await faceCamera())
    const page = await visit()
    await page.goto(await host.session({ purpose: 'enroll' }))
    await start(page)
    await expectScreen(page, 'Done')
  })
  afterEach(() => browser.closePages())
  afterAll(async () => {
    await browser.close()
    await host.close()
  })

  test('goes on at the PIN after a reload, after back and forward, and when its link is opened again', async () => {
    const url = await host.session()
    const page = await reachPin(url)
    await page.reload()
    await expectScreen(page, pinStep)
    await page.getByText('You were here before').waitFor(waiting)
    await page.goto(`${host.relyingParty}/after`)
    await page.goBack()
    await expectScreen(page, pinStep)
    await page.goForward()
    await page.goto(url)
    await expectScreen(page, pinStep)
    await enterPin(page, pin)
    await expectScreen(page, 'Done')
    await page.reload()
    await expectScreen(page, 'Done')
    expect(await result(url)).toMatchObject({ status: 'success' })
  })

  test('gives no further attempts at the PIN for a reload, and ends with the last', async () => {
    const page = await reachPin(await host.session())
    for (let attempt = 1; attempt <= 3; attempt++) {
      await enterPin(page, '0000')
      await expectWrongPin(page)
    }
    await page.reload()
    await expectScreen(page, pinStep)
    await enterPin(page, '0000')
    await expectWrongPin(page)
    await enterPin(page, '0000')
    await expectScreen(page, 'That did not work')
    await page.reload()
    await expectScreen(page, 'That did not work')
  })

  test('goes on in the tab that was used last, and in the other again when that is used', async () => {
    const page = await reachPin(await host.session())
    const other = await page.context().newPage()
    await other.goto(page.url())
    await expectScreen(other, pinStep)
    await enterPin(page, pin)
    await page.getByText('You were here before').waitFor(waiting)
    await enterPin(page, pin)
    await expectScreen(page, 'Done')
    await enterPin(other, pin)
    await expectScreen(other, 'Done')
  })

  test('shows its own screen for a link of another browser at every step, and the API its error', async () => {
    const url = await host.session()
    const owner = await reachPin(url)
    const stranger = await visit()
    const answer = await stranger.goto(url)
    expect(answer?.status()).toBe(403)
    await expectScreen(stranger, 'This page was opened elsewhere')
    await stranger.goto(owner.url())
    await expectScreen(stranger, 'This page was opened elsewhere')
    await enterPin(owner, pin)
    await expectScreen(owner, 'Done')
    await stranger.goto(owner.url())
    await expectScreen(stranger, 'This page was opened elsewhere')
    const plain = await fetch(url, { redirect: 'manual' })
    expect(plain.status).toBe(403)
    expect(await plain.json()).toMatchObject({ statusCode: 403, message: 'The session is bound to another client' })
  })

  test('shows its own screens for links that are unknown, broken or expired, in the language of the browser', async () => {
    const page = await visit()
    const login = `${host.url}/walletapi/v2/authenticate`
    const unknown = `${host.url}/walletapi/sessions/session/018f0000-0000-7000-8000-000000000000`
    for (const query of ['', '?session=%25', `?session=${Buffer.from(unknown).toString('base64url')}`]) {
      const answer = await page.goto(`${login}${query}`)
      expect([400, 404]).toContain(answer?.status())
      await expectScreen(page, 'This link does not work')
    }
    for (const query of [
      '?session=018f0000-0000-7000-8000-000000000000',
      '?session=',
      '',
      '?lang=en',
      '?session[]=1',
    ]) {
      await page.goto(`${host.url}/walletapi/v2/authentication${query}`)
      await expectScreen(page, 'This link does not work')
    }
    const late = await host.session()
    host.advanceClock(61_000)
    const french = await visit({ locale: 'fr-CA' })
    expect((await french.goto(late))?.status()).toBe(410)
    await french.getByRole('heading', { name: 'Cette page a expiré' }).waitFor(waiting)
    const open = await reachPin(await host.session())
    host.advanceClock(301_000)
    await open.reload()
    await expectScreen(open, 'This page has expired')
  })

  test('tells another person apart from a bad picture', async () => {
    const page = await visit()
    await showPictures(page, {}, await portraitPixels(anna[0]))
    await page.goto(await host.session())
    await start(page)
    await expectScreen(page, 'Let us try that again')
    await page.getByText('we did not recognise you').waitFor(waiting)
  })

  test('can be cancelled before, during and after the camera, which the relying party sees', async () => {
    const steps = {
      introduction: (page: Page) => page.getByRole('button', { name: 'Start the camera' }).waitFor(),
      camera: async (page: Page) => {
        await start(page)
        await page.getByRole('button', { name: 'Take the picture' }).waitFor(waiting)
      },
      PIN: async (page: Page) => {
        await start(page)
        await press(page, 'Take the picture')
        await expectScreen(page, pinStep)
      },
    }
    for (const [step, reach] of Object.entries(steps)) {
      const url = await host.session({ configuration: 'manual' })
      const page = await visit()
      await page.goto(url)
      await reach(page)
      await press(page, 'Cancel')
      await expectScreen(page, 'Cancelled')
      expect(await page.locator('video').count(), step).toBe(0)
      expect(await result(url), step).toEqual({ status: 'failure', message: 'The user cancelled the session' })
      await page.reload()
      await expectScreen(page, 'Cancelled')
    }
    await host.billfold.maintain()
    const failed = host.events.filter(({ type }) => type === 'session.failed')
    expect(failed.filter(({ data }) => JSON.stringify(data).includes('"failure":"cancelled"'))).toHaveLength(3)
  })

  test('leads back when it is cancelled, and to the other way that the relying party offers', async () => {
    const after = `${host.relyingParty}/after`
    const page = await visit()
    const url = await host.session({ returnUrl: after, otherWayUrl: `${after}?way=letter` })
    await page.goto(url)
    await press(page, 'Go another way')
    await page.waitForURL(/\/after\?way=letter&session=[0-9a-f-]+&status=another-way$/, waiting)
    expect(await result(url)).toMatchObject({ status: 'failure' })
    await page.goto(await host.session({ returnUrl: after }))
    await press(page, 'Cancel')
    await page.waitForURL(/\/after\?session=[0-9a-f-]+&status=cancelled$/, waiting)
    await page.goto(await host.session({ otherWayUrl: 'https://elsewhere.example/' }))
    await page.getByRole('button', { name: 'Cancel' }).waitFor(waiting)
    expect(await page.getByRole('button', { name: 'Go another way' }).count()).toBe(0)
  })

  test('takes the PIN in place of a face where the configuration allows it, also with a blocked camera', async () => {
    const page = await visit({ allowsCamera: false })
    const url = await host.session({ configuration: 'PIN instead' })
    await page.goto(url)
    await start(page)
    await expectScreen(page, 'The camera is not allowed')
    await press(page, 'Use your PIN instead')
    await expectScreen(page, pinStep)
    await page.reload()
    await expectScreen(page, pinStep)
    await enterPin(page, pin)
    await expectScreen(page, 'Done')
    expect(await result(url)).toMatchObject({ status: 'success' })
    await page.goto(await host.session())
    await page.getByRole('button', { name: 'Cancel' }).waitFor(waiting)
    expect(await page.getByRole('button', { name: 'Use your PIN instead' }).count()).toBe(0)
  })
})
