import { mkdirSync } from 'node:fs'
import { env } from 'node:process'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AdminHost, startAdminHost } from './admin-host.ts'
import { browserPath, type CameraBrowser, findAccessibilityProblems, launchBrowser, type Visitor } from './browser.ts'
import { waiting } from './screens.ts'

/** With a folder here, each appearance is saved as an image. */
const images = env['BILLFOLD_ADMIN_IMAGES']

// Skipped without a browser; the summary of the run reports it.
describe.runIf(browserPath !== undefined)('the admin page', () => {
  let host: AdminHost
  let browser: CameraBrowser

  beforeAll(async () => {
    host = await startAdminHost()
    browser = await launchBrowser('no camera')
  })
  afterAll(async () => {
    await browser.close()
    host.close()
  })

  /** Opens the page and collects what the browser complains of: errors of scripts, and what the policy blocks. */
  async function visit(visitor: Visitor, hash = ''): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.visit({ allowsCamera: false, ...visitor })
    const complaints: string[] = []
    page.on('pageerror', (error) => void complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    await page.goto(`${host.url}${hash}`)
    return { page, complaints }
  }

  const appearances: readonly (readonly [string, Visitor])[] = [
    ['desktop, light', { size: 'desktop', colorScheme: 'light' }],
    ['desktop, dark', { size: 'desktop', colorScheme: 'dark' }],
    ['phone, light', { size: 'phone', colorScheme: 'light' }],
    ['phone, dark', { size: 'phone', colorScheme: 'dark' }],
  ]

  test.each(appearances)('is accessible and as wide as the window: %s', async (name, visitor) => {
    const { page, complaints } = await visit(visitor)
    await page.getByRole('heading', { name: 'Newest users' }).waitFor(waiting)
    const views = { users: '#users', user: `#users/${host.lockedUser}`, applications: '#applications', audit: '#audit' }
    const headings = {
      users: 'Newest users',
      user: 'Signing methods',
      applications: 'Applications',
      audit: 'Audit log',
    }
    for (const view of ['users', 'user', 'applications', 'audit'] as const) {
      await page.goto(`${host.url}${views[view]}`)
      await page.getByRole('heading', { name: headings[view] }).first().waitFor(waiting)
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), view).toBeLessThanOrEqual(0)
      expect(await findAccessibilityProblems(page), view).toEqual([])
      if (images !== undefined) {
        mkdirSync(images, { recursive: true })
        await page.screenshot({ path: `${images}/${name.replace(', ', '-')}-${view}.png`, fullPage: true })
      }
    }
    expect(complaints).toEqual([])
  })

  test('shows what a user wrote as text', async () => {
    const { page, complaints } = await visit({ size: 'desktop' })
    await page.getByText('<img src=x onerror=alert(1)>', { exact: true }).waitFor(waiting)
    expect(await page.locator('main img').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('finds a user by email, shows the lock, and unlocks after a confirmation', async () => {
    const { page } = await visit({ size: 'desktop' })
    await page.getByRole('searchbox').fill('Ada@example.org')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('heading', { name: 'Users found' }).waitFor(waiting)
    await page.getByRole('link', { name: host.lockedUser }).click()
    await page.getByText(/^Locked until 20/).waitFor(waiting)
    await page.getByText('Savings').waitFor(waiting)
    await page.getByRole('button', { name: 'Unlock…' }).click()
    await page.getByRole('button', { name: 'Unlock', exact: true }).click()
    await page.getByText('Unlock user: done').waitFor(waiting)
    await page.getByText('Usable', { exact: true }).waitFor(waiting)
    expect((await host.billfold.audit.search({ actor: 'admin:grace', action: 'user.unlocked' })).records).toHaveLength(
      1,
    )
  })

  test('revokes a session, and erases only once the id is typed', async () => {
    const { page } = await visit({ size: 'phone' }, `#users/${host.lockedUser}`)
    await page.getByRole('button', { name: 'Revoke…' }).click()
    await page.getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.getByText('failed: revoked').waitFor(waiting)
    await page.getByRole('button', { name: 'Erase…' }).click()
    const confirm = page.getByRole('button', { name: 'Erase', exact: true })
    expect(await confirm.isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Cancel' }).click()
    expect((await host.billfold.users.list())[0]?.archivedAt).toBeNull()
    await page.getByRole('button', { name: 'Erase…' }).click()
    await page.getByLabel('Type the id of the user').fill(host.lockedUser)
    await confirm.click()
    await page.getByText('Erase user: done').waitFor(waiting)
    expect((await host.billfold.users.list())[0]?.archivedAt).not.toBeNull()
  })
})
