import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { faceCamera, openBrowser, sizes } from '@billfold/browser-tests'
import type { Page } from 'playwright-core'
import { startHost } from './running-host.ts'

// Every flow of the console as it is when its steps are done, at the size of a phone and of a desk, in light and in dark, into
// test-results/screens. The README's picture is console-custody-desktop-light.png, as docs/images/console.png.

const folder = join(import.meta.dirname, '..', '..', '..', 'test-results', 'screens')
const flows = ['custody', 'onboarding', 'face', 'dids', 'payments'] as const
/** What is pressed in each flow, as far as it goes without leaving the page. */
const actions: Readonly<Record<(typeof flows)[number], readonly string[]>> = {
  custody: ['Make the user', 'Make the wallet', 'Sign'],
  onboarding: ['Sign in', 'Apply', 'Approve it'],
  face: ['Make the user'],
  dids: ['Make the DID', 'Resolve', 'Add it'],
  payments: ['Register both', 'Pay', 'Confirm as Ben', 'Confirm as Ada', 'Show the entries'],
}

async function perform(page: Page, action: string): Promise<void> {
  const button = page.getByRole('button', { name: action, exact: true })
  const step = page.locator('.step').filter({ has: button })
  await button.click()
  await step.locator('.outcome dl').first().waitFor()
  await step.locator('[aria-busy]').waitFor({ state: 'detached' })
}

mkdirSync(folder, { recursive: true })
const host = await startHost({})
const browser = await openBrowser(await faceCamera())
try {
  for (const flow of flows) {
    const page = await browser.visit({ size: 'desktop' })
    await page.goto(`${host.url}${flow === 'custody' ? '/' : `/demo/${flow}`}`)
    for (const action of actions[flow]) await perform(page, action)
    await page.evaluate('scrollTo(0, 0)')
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [name, size] of Object.entries(sizes)) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize(size)
        const path = join(folder, `console-${flow}-${name}-${colorScheme}.png`)
        await page.screenshot({ path, fullPage: name === 'phone' })
      }
    }
    await page.context().close()
  }
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.visit({ size: 'desktop' })
    await page.emulateMedia({ colorScheme })
    await page.goto(`${host.url}/openapi/custody`)
    await page.getByText('/api/users', { exact: true }).first().waitFor()
    await page.screenshot({ path: join(folder, `openapi-desktop-${colorScheme}.png`) })
    await page.context().close()
  }
} finally {
  await browser.close()
  await host.kill()
}
