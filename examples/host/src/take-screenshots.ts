import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { addAuthenticator, faceCamera, launchBrowser, sizes } from '@billfold/browser-tests'
import type { Page } from 'playwright-core'
import { consoleUrl, startExampleHost } from './running-host.ts'

// Takes screenshots of every completed flow of the console, in phone and desktop size, light and dark, into test-results/screens. One of them is
// the image of the README, in docs/images.

const folder = join(import.meta.dirname, '..', '..', '..', 'test-results', 'screens')
const picture = join(import.meta.dirname, '..', '..', '..', 'docs', 'images', 'console.png')
const flows = ['custody', 'onboarding', 'face', 'passkeys', 'credentials', 'dids', 'payments'] as const
/** Buttons to press in each flow, as far as they stay on the page. */
const actions: Readonly<Record<(typeof flows)[number], readonly string[]>> = {
  custody: ['Create user', 'Create wallet', 'Sign', 'Assess'],
  onboarding: ['Sign in', 'Submit', 'Approve'],
  face: ['Create user'],
  passkeys: ['Create user and wallet', 'Add passkey', 'Sign with passkey', 'Replace PIN'],
  credentials: ['Apply', 'Approve', 'Receive'],
  dids: ['Create DID', 'Resolve', 'Add service'],
  payments: ['Register both', 'Pay', 'Confirm as Ben', 'Confirm as Ada', 'Show entries'],
}

/** Takes the image of the README. */
async function takePicture(page: Page): Promise<void> {
  await page.setViewportSize({ width: 1360, height: 880 })
  await page.screenshot({ path: picture })
}

/** Enrols a face and signs in with it, through the authentication page. */
async function completeFaceFlow(page: Page): Promise<void> {
  const go = async (title: string, action: string): Promise<void> => {
    await page.locator('.step').filter({ hasText: title }).getByRole('combobox').selectOption('still')
    await page.getByRole('button', { name: action, exact: true }).click()
    await page.getByRole('button', { name: 'Start the camera' }).click()
  }
  await go('Enrol a face', 'Enrol')
  await page.waitForURL(/session=/)
  await page.locator('.step .valid').waitFor()
  await go('A new device also requires', 'Sign in with face')
  await page.getByLabel('PIN').fill('4711')
  await page.getByLabel('Do not ask again').check()
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page.waitForURL(/session=/)
  await page.locator('.step .valid').waitFor()
  await perform(page, 'List devices')
}

/** Presents the credential to the other site, of which pictures are taken as well, and comes back. */
async function completeCredentialsFlow(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Visit the shop' }).click()
  await page.getByRole('heading', { name: 'Shop' }).waitFor()
  await takePictures(page, 'shop')
  await page.getByRole('link', { name: 'Show your credential' }).click()
  await perform(page, 'Look at it')
  await takePictures(page, 'console-credentials-request')
  await page.getByRole('button', { name: 'Present' }).click()
  await page.getByRole('heading', { name: 'Welcome, Ada' }).waitFor()
  await takePictures(page, 'shop-welcome')
  await page.getByRole('link', { name: 'Back to the console' }).click()
  await page.getByText('one claim, once').waitFor()
}

/** Takes screenshots in all sizes, light and dark. */
async function takePictures(page: Page, shown: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [name, size] of Object.entries(sizes)) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize(size)
      await page.screenshot({ path: join(folder, `${shown}-${name}-${colorScheme}.png`), fullPage: name === 'phone' })
    }
  }
}

async function perform(page: Page, action: string): Promise<void> {
  const button = page.getByRole('button', { name: action, exact: true })
  const step = page.locator('.step').filter({ has: button })
  await button.click()
  await step.locator('.outcome dl').first().waitFor()
  await step.locator('[aria-busy]').waitFor({ state: 'detached' })
}

mkdirSync(folder, { recursive: true })
const host = await startExampleHost({})
const browser = await launchBrowser(await faceCamera())
try {
  for (const flow of flows) {
    const page = await browser.visit({ size: 'desktop' })
    page.setDefaultTimeout(120_000)
    if (flow === 'passkeys') await addAuthenticator(page)
    await page.goto(consoleUrl(host, flow === 'custody' ? '/' : `/demo/${flow}`))
    for (const action of actions[flow]) await perform(page, action)
    if (flow === 'face') await completeFaceFlow(page)
    if (flow === 'credentials') await completeCredentialsFlow(page)
    await page.evaluate('scrollTo(0, 0)')
    if (flow === 'custody') await takePicture(page)
    await takePictures(page, `console-${flow}`)
    await page.context().close()
  }
  for (const [name, colorScheme] of [
    ['desktop', 'light'],
    ['desktop', 'dark'],
    ['phone', 'dark'],
  ] as const) {
    const page = await browser.visit({ size: name })
    page.setDefaultTimeout(120_000)
    await page.emulateMedia({ colorScheme })
    await page.goto(`${host.url}/openapi/custody`)
    await page.getByText('/api/users', { exact: true }).first().waitFor()
    await page.screenshot({ path: join(folder, `openapi-${name}-${colorScheme}.png`) })
    await page.context().close()
  }
} finally {
  await browser.close()
  await host.kill()
}
