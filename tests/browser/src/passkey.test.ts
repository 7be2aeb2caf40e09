import { verifyMessage } from 'ethers'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, type CameraBrowser, launchBrowser } from './browser.ts'
import { addAuthenticator } from './virtual-authenticator.ts'
import { type CustodyReply, digestBody, type PasskeyHost, startPasskeyHost } from './passkey-host.ts'
import { pageFrameworks } from './page-frameworks.ts'

/** Calls a client function in the page and returns its result. */
function callClient(page: Page, expression: string, options: unknown): Promise<Record<string, unknown>> {
  return page.evaluate(`(async (options) => ${expression})(${JSON.stringify(options)})`)
}

const create = 'client.createPasskey(navigator.credentials, options)'
const use = 'client.usePasskey(navigator.credentials, options)'
const useInAutofill = 'client.usePasskey(navigator.credentials, options, { autofill: true })'

// Skipped without a browser; the summary of the run reports it.
describe.runIf(browserPath !== undefined).each(pageFrameworks)('passkeys in a browser, on %s', (framework) => {
  let host: PasskeyHost
  let browser: CameraBrowser

  /** Opens the page with an authenticator of its own. */
  async function visit(hasPrf = true): Promise<Page> {
    const page = await browser.visit()
    await addAuthenticator(page, { hasPrf })
    await page.goto(host.origin)
    return page
  }

  /** Creates a user with a PIN, a wallet, and a passkey made in the page. */
  async function createUser(page: Page) {
    const { result: user } = await host.custody('POST', '/api/users', {
      signingMethod: { type: 'PIN', value: '4711' },
    })
    const pinId = user.signingMethods[0]?.id ?? ''
    const byPin = `${pinId}:4711`
    const methods = `/api/users/${user.id}/signing-methods`
    const { result: wallet } = await host.custody(
      'POST',
      '/api/wallets',
      { secretType: 'ETHEREUM', userId: user.id },
      byPin,
    )
    const { result: options } = await host.custody('POST', `${methods}/passkey-options`, { userName: 'ada' }, byPin)
    const made = await callClient(page, create, options)
    const added = await host.custody('POST', methods, { type: 'PASSKEY', ...made, name: 'Laptop' }, byPin)
    return { userId: user.id, pinId, methods, wallet, added, made }
  }

  /** Sends a request that the user's passkey authorizes in the page. */
  async function send(
    page: Page,
    { methods, added }: Awaited<ReturnType<typeof createUser>>,
    method: string,
    target: string,
    body?: unknown,
  ): Promise<CustodyReply> {
    const challenge = { method, target, bodyDigest: digestBody(body) }
    const path = `${methods}/${added.result.id}/passkey-challenges`
    const { result: options } = await host.custody('POST', path, challenge)
    const used = await callClient(page, use, options)
    const header = await page.evaluate(
      `client.formatPasskeyMethod(${JSON.stringify(added.result.id)}, ${JSON.stringify(used)})`,
    )
    return host.custody(method, target, body, String(header))
  }

  beforeAll(async () => {
    host = await startPasskeyHost(framework)
    browser = await launchBrowser('no camera')
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    host.close()
  })

  test('a passkey is created, signs a message that ethers verifies, and resets a forgotten PIN', async () => {
    const page = await visit()
    const user = await createUser(page)
    expect(user.added).toMatchObject({ status: 200, result: { type: 'PASSKEY', prf: true, name: 'Laptop' } })
    expect(JSON.stringify(user.made['passkey'])).not.toContain('results')
    const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId: user.wallet.id, data: 'Hello' }
    const signed = await send(page, user, 'POST', '/api/signatures', { signatureRequest })
    expect(signed.status).toBe(200)
    expect(verifyMessage('Hello', signed.result.signature)).toBe(user.wallet.address)
    const reset = await send(page, user, 'PUT', `${user.methods}/${user.pinId}`, { value: '8152' })
    expect(reset.status).toBe(200)
    const byPin = await host.custody('POST', '/api/signatures', { signatureRequest }, `${user.pinId}:8152`)
    expect(byPin.status).toBe(200)
    await page.context().close()
  })

  test('a passkey without the PRF extension is refused as a signing method, and signs in', async () => {
    const page = await visit(false)
    const { added, made, userId } = await createUser(page)
    expect(made).not.toHaveProperty('value')
    expect(added).toMatchObject({ status: 400, codes: ['passkey.prf-unavailable'] })
    const { passkeys } = host.billfold
    const created = await callClient(page, create, await passkeys.registrationOptions(userId, { userName: 'ada' }))
    const passkey = await passkeys.register(userId, created['passkey'])
    expect(passkey.prf).toBe(false)
    const used = await callClient(page, use, await passkeys.authenticationOptions({ ip: '127.0.0.1' }))
    const signedIn = await passkeys.authenticate(used['passkey'])
    expect(signedIn).toMatchObject({ userId, passkeyId: passkey.id, userVerified: true })
    expect(used).not.toHaveProperty('value')
    await page.context().close()
  })

  test('a passkey signs in by autofill, and is offered no more once it was removed and the browser knows', async () => {
    const page = await visit()
    const { passkeys } = host.billfold
    const { result: user } = await host.custody('POST', '/api/users', {})
    const created = await callClient(page, create, await passkeys.registrationOptions(user.id, { userName: 'ada' }))
    const { id } = await passkeys.register(user.id, created['passkey'])
    const used = await callClient(page, useInAutofill, await passkeys.authenticationOptions({ ip: '127.0.0.1' }))
    expect(await passkeys.authenticate(used['passkey'])).toMatchObject({ userId: user.id, userVerified: true })
    const accepted = await passkeys.remove(user.id, id)
    await callClient(page, 'client.signalAcceptedPasskeys(PublicKeyCredential, options)', accepted)
    await expect(callClient(page, use, await passkeys.authenticationOptions({ ip: '127.0.0.1' }))).rejects.toThrow(
      'NotAllowedError',
    )
    await page.context().close()
  })
})
