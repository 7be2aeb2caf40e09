import { createServer, type Server } from 'node:http'
import { localKeyring, memoryStorage, newKey } from '@billfold/core'
import {
  addAuthenticator,
  browserPath,
  type CameraBrowser,
  findAccessibilityProblems,
  launchBrowser,
} from '@billfold/browser-tests'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from './app.ts'

const waiting = { timeout: 120_000 }

// Skipped without a browser; the summary of the run reports it.
describe.runIf(browserPath !== undefined)('the page', () => {
  let browser: CameraBrowser
  let server: Server
  let origin: string

  beforeAll(async () => {
    server = createServer()
    await new Promise<void>((resolve) => server.listen(0, resolve))
    const address = server.address()
    origin = `http://localhost:${typeof address === 'object' && address !== null ? address.port : 0}`
    const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
    server.on('request', await createApp(memoryStorage(), keyring, { origin }))
    browser = await launchBrowser('no camera')
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    server.close()
  })

  async function signUp(): Promise<Page> {
    const page = await browser.visit({ size: 'desktop' })
    await addAuthenticator(page)
    await page.goto(origin)
    await page.getByLabel('Name').fill('Ada')
    await page.getByRole('button', { name: 'Create an account' }).click()
    await page.getByRole('heading', { name: 'Your passkeys' }).waitFor(waiting)
    await page.getByRole('button', { name: 'Remove' }).waitFor(waiting)
    return page
  }

  test('creates an account with a passkey, and signs in by autofill after signing out', async () => {
    const page = await signUp()
    expect(await findAccessibilityProblems(page)).toEqual([])
    // The autofill of the field answers at once: the authenticator confirms by itself.
    const signedIn = page.waitForResponse(`${origin}/passkeys/sign-in`, waiting)
    await page.getByRole('button', { name: 'Sign out' }).click()
    expect(await (await signedIn).json()).toEqual({ userVerified: true, amr: ['hwk', 'user'] })
    await page.getByText(/^Ada, /).waitFor(waiting)
    await page.context().close()
  })

  test('removes a passkey, which the browser offers no more, and says so at the button', async () => {
    const page = await signUp()
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('button', { name: 'Remove' }).waitFor({ ...waiting, state: 'detached' })
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click(waiting)
    await page.getByText('No passkey was used.').waitFor(waiting)
    expect(await page.getByRole('heading', { name: 'Your passkeys' }).isVisible()).toBe(false)
    await page.context().close()
  })

  test('gives nothing to a request without a session, and refuses what no authenticator made', async () => {
    expect((await fetch(`${origin}/passkeys`)).status).toBe(401)
    const headers = { 'content-type': 'application/json' }
    const post = (path: string, body: unknown) =>
      fetch(`${origin}/passkeys${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    expect((await post('/options', {})).status).toBe(401)
    expect((await post('', {})).status).toBe(401)
    for (const body of [{}, [], { response: {} }]) expect((await post('/sign-in', body)).status).toBe(400)
    const related = await fetch(`${origin}/.well-known/webauthn`)
    expect(await related.json()).toEqual({ origins: [] })
  })
})
