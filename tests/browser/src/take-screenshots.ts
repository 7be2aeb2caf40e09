import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { anna, portraitPixels, straight, video } from '@billfold/test-photos'
import type { Page } from 'playwright-core'
import { launchBrowser, type Scene, sizes } from './browser.ts'
import { startLoginHost, pin } from './login-host.ts'

// Every screen of the authentication page, at the size of a phone and of a desk, into test-results/screens.

const folder = join(import.meta.dirname, '..', '..', '..', 'test-results', 'screens')
const camera: Scene = { video: await video([{ pixels: await portraitPixels(straight), seconds: 1 }]) }
const stranger: Scene = { video: await video([{ pixels: await portraitPixels(anna[0]), seconds: 1 }]) }
const host = await startLoginHost()

type Walk = (page: Page, shot: (name: string) => Promise<void>) => Promise<void>

const start = (page: Page): Promise<void> => page.getByRole('button', { name: 'Start the camera' }).click()
const heading = (page: Page, name: string | RegExp): Promise<void> => page.getByRole('heading', { name }).waitFor()

const enrol: Walk = async (page, shot) => {
  await page.goto(await host.session({ purpose: 'enroll' }))
  await heading(page, 'Enrol your face')
  await shot('enrol')
  await start(page)
  await heading(page, 'Done')
  await shot('done')
}

const signIn: Walk = async (page, shot) => {
  await page.goto(await host.session({ configuration: 'manual' }))
  await heading(page, 'Sign in with your face')
  await shot('introduction')
  await start(page)
  await page.getByRole('button', { name: 'Take the picture' }).waitFor()
  await page.waitForTimeout(800)
  await shot('camera')
  await page.getByRole('button', { name: 'Take the picture' }).click()
  await heading(page, 'Enter your PIN')
  await shot('pin')
  await page.getByLabel('PIN').fill('0000')
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page.getByRole('alert').getByText('not right').waitFor()
  await shot('pin-wrong')
  await page.getByLabel('PIN').fill(pin)
  await page.getByRole('button', { name: 'Confirm' }).click()
  await heading(page, 'Done')
}

const challenge: Walk = async (page, shot) => {
  await page.goto(await host.session({ configuration: 'challenge' }))
  await start(page)
  await page.getByText('3', { exact: true }).or(page.locator('video')).first().waitFor()
  await page.waitForTimeout(1300)
  await shot('challenge')
  await heading(page, 'Let us try that again')
  await shot('again')
}

const rejected: Walk = async (page, shot) => {
  await page.goto(await host.session({ returnUrl: `${host.relyingParty}/after` }))
  await start(page)
  for (let attempt = 1; attempt <= 4; attempt++) {
    await page.getByRole('button', { name: 'Try again' }).click()
    await heading(page, /try that again|did not work/)
    await page.waitForTimeout(300)
  }
  await heading(page, 'That did not work')
  await shot('refused')
}

const offline: Walk = async (page, shot) => {
  await page.goto(await host.session())
  await page.route('**/v2/submit_face', (route) => route.abort())
  await start(page)
  await heading(page, 'The connection was lost')
  await shot('offline')
  await page.goto(`${host.url}/walletapi/v2/authentication?session=018f0000-0000-7000-8000-000000000000`)
  await heading(page, 'This page has expired')
  await shot('expired')
}

const withoutCamera =
  (name: string, title: string): Walk =>
  async (page, shot) => {
    await page.goto(await host.session())
    await start(page)
    await heading(page, title)
    await shot(name)
  }

const walks: readonly (readonly [Scene, Walk])[] = [
  [camera, enrol],
  [camera, signIn],
  [camera, challenge],
  [stranger, rejected],
  [camera, offline],
  ['no camera', withoutCamera('no-camera', 'There is no camera')],
]

mkdirSync(folder, { recursive: true })
try {
  for (const size of Object.keys(sizes) as (keyof typeof sizes)[]) {
    for (const [scene, walk] of walks) await take(scene, walk, size, true)
    await take(camera, withoutCamera('denied', 'The camera is not allowed'), size, false)
  }
} finally {
  await host.close()
}

async function take(scene: Scene, walk: Walk, size: keyof typeof sizes, allowsCamera: boolean): Promise<void> {
  const browser = await launchBrowser(scene)
  const page = await browser.visit({ size, allowsCamera })
  await walk(page, async (name) => void (await page.screenshot({ path: join(folder, `${name}-${size}.png`) })))
  await browser.close()
}
