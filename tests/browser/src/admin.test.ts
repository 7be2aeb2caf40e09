import { mkdirSync } from 'node:fs'
import { env } from 'node:process'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
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
  afterEach(() => browser.closePages())
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
    const views = {
      users: '#users',
      user: `#users/${host.lockedUser}`,
      applications: '#applications',
      application: `#applications/${host.application}`,
      approvals: '#approvals',
      keys: '#keys',
      audit: '#audit',
    }
    const headings = {
      users: 'Newest users',
      user: 'Signing methods',
      applications: 'Applications',
      application: 'Attributes',
      approvals: 'Acts that wait for approvals of users',
      keys: 'Service keys',
      audit: 'Audit log',
    }
    for (const view of ['users', 'user', 'applications', 'application', 'approvals', 'keys', 'audit'] as const) {
      await page.goto(`${host.url}${views[view]}`)
      await page.getByRole('heading', { name: headings[view] }).first().waitFor(waiting)
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), view).toBeLessThanOrEqual(0)
      const cut = "[...document.querySelectorAll('.table')].filter((one) => one.scrollWidth > one.clientWidth).length"
      expect(await page.evaluate(cut), view).toBe(0)
      expect(await findAccessibilityProblems(page), view).toEqual([])
      if (images !== undefined) {
        mkdirSync(images, { recursive: true })
        await page.screenshot({ path: `${images}/${name.replace(', ', '-')}-${view}.png`, fullPage: true })
      }
    }
    expect(complaints).toEqual([])
  })

  test('says what is missing where a list is empty', async () => {
    const { page } = await visit({ size: 'phone' }, '#users?nobody@example.org')
    await page.getByText('Nobody is found').waitFor(waiting)
    await page.goto(`${host.url}#applications/${host.application}`)
    await page.getByText('The applicant has attached no files.').waitFor(waiting)
    expect(await page.getByText('None', { exact: true }).count()).toBe(0)
  })

  test('shows the error of a form within the window, however far down the form is', async () => {
    const { page } = await visit({ size: 'phone' }, '#keys')
    const form = page.locator('form.create').first()
    await form.getByLabel('Name').fill('batch')
    await form.getByRole('button', { name: 'Create' }).click()
    const error = page.getByRole('status').getByText('Choose at least one scope')
    await error.waitFor(waiting)
    expect((await error.boundingBox())?.y).toBeGreaterThanOrEqual(0)
  })

  test('marks the button of a question as dangerous only if it takes something away', async () => {
    const { page } = await visit({ size: 'desktop' }, `#users/${host.lockedUser}`)
    await page.getByRole('button', { name: 'Erase…' }).click()
    const confirm = page.locator('#question-yes')
    expect(await confirm.getAttribute('class')).toBe('danger')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Unlock…' }).click()
    expect(await confirm.getAttribute('class')).toBe('')
  })

  test('breaks neither times nor the words of actions in a wide window', async () => {
    const { page } = await visit({ size: 'wide' }, '#audit')
    const cells = [/^20[\d-]+ [\d:]+$/, 'application.submitted'].map((name) => page.getByRole('cell', { name }).first())
    for (const cell of cells) {
      await cell.waitFor(waiting)
      const lines = await cell.evaluate((node) => {
        const range = node.ownerDocument.createRange()
        range.selectNodeContents(node)
        return range.getClientRects().length
      })
      expect([await cell.textContent(), lines]).toEqual([expect.any(String), 1])
    }
  })

  test('shows what a user wrote as text', async () => {
    const { page, complaints } = await visit({ size: 'desktop' })
    await page.getByText('<img src=x onerror=alert(1)>', { exact: true }).waitFor(waiting)
    expect(await page.locator('main img').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('shows the attributes of an application only where its view is recorded', async () => {
    const { page, complaints } = await visit({ size: 'desktop' }, '#applications')
    const name = page.getByText('<img src=x onerror=alert(2)>', { exact: true })
    const link = page.getByRole('link', { name: host.application })
    await link.waitFor(waiting)
    expect(await name.count()).toBe(0)
    const viewed = async () => (await host.billfold.audit.search({ action: 'application.viewed' })).records.length
    const before = await viewed()
    await link.click()
    await name.waitFor(waiting)
    expect(await viewed()).toBe(before + 1)
    await page.getByRole('button', { name: 'Review…' }).click()
    await page.getByRole('button', { name: 'Review', exact: true }).click()
    await page.getByText('Review application: done').waitFor(waiting)
    await page.getByRole('button', { name: 'Return for changes…' }).waitFor(waiting)
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
    // A session of its own: the one of the host may have expired meanwhile.
    await host.billfold.authentication.sessions.create({ userId: host.lockedUser })
    const { page } = await visit({ size: 'phone' }, `#users/${host.lockedUser}`)
    await page.getByRole('button', { name: 'Revoke…' }).first().click()
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

  test('shows the secret of a new service key once, and no trace of it afterwards', async () => {
    const { page, complaints } = await visit({ size: 'phone' }, '#keys')
    await page.getByLabel('Name').first().fill('mobile backend')
    await page.getByRole('button', { name: 'Create' }).first().click()
    await page.getByText('Create service key: Choose at least one scope').waitFor(waiting)
    await page.getByLabel('Name').first().fill('mobile backend')
    await page.getByRole('checkbox', { name: 'custody', exact: false }).first().check()
    await page.getByRole('button', { name: 'Create' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'New service key' })
    await dialog.waitFor(waiting)
    expect(await findAccessibilityProblems(page)).toEqual([])
    const secret = await dialog.getByLabel('Key secret', { exact: true }).inputValue()
    expect(secret).toHaveLength(43)
    if (images !== undefined) await page.screenshot({ path: `${images}/phone-light-secret.png` })
    await dialog.getByRole('button', { name: 'I have stored it' }).click()
    await page.getByRole('cell', { name: 'mobile backend' }).waitFor(waiting)
    // The list may be renewed before the dialog reports that it was closed.
    await page
      .locator('#secret-values input')
      .first()
      .waitFor({ ...waiting, state: 'detached' })
    expect(await page.evaluate('document.documentElement.innerHTML')).not.toContain(secret)
    expect(
      await page.locator('input').evaluateAll((inputs) => inputs.map((input) => Reflect.get(input, 'value'))),
    ).not.toContain(secret)
    expect(page.url()).not.toContain(secret)
    expect(complaints).toEqual([])
  })

  test('resets and revokes a service key, and revokes a licence, after a confirmation', async () => {
    const old = await host.billfold.serviceKeys.create({ tag: 'batch', scopes: ['dids'] })
    const { page } = await visit({ size: 'desktop' }, '#keys')
    const row = page.getByRole('row', { name: /batch/ })
    await row.getByRole('button', { name: 'Reset…' }).click()
    await page.getByRole('button', { name: 'Reset', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'New service key' })
    const keyId = await dialog.getByLabel('Key id', { exact: true }).inputValue()
    await dialog.getByRole('button', { name: 'I have stored it' }).click()
    expect([
      await host.billfold.serviceKeys.isActive(old.keyId),
      await host.billfold.serviceKeys.isActive(keyId),
    ]).toEqual([false, true])
    await row.filter({ hasText: keyId }).getByRole('button', { name: 'Revoke…' }).click()
    await page.getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.getByText('Revoke service key: done').waitFor(waiting)
    expect(await host.billfold.serviceKeys.isActive(keyId)).toBe(false)
    await page
      .getByRole('row', { name: /web shop/ })
      .getByRole('button', { name: 'Revoke…' })
      .click()
    await page.getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.getByRole('cell', { name: /^Revoked 20/ }).waitFor(waiting)
    expect((await host.billfold.licences.list())[0]?.revokedAt).toBeGreaterThan(0)
  })
})
