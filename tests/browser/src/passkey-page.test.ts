// cspell:disable
import { createSoftwareAuthenticator } from '@billfold/test-authenticator'
import type { Page } from 'playwright-core'
import { connect, getSessionResult } from '@billfold/core/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, type CameraBrowser, launchBrowser, type Visitor } from './browser.ts'
import { pageFrameworks } from './page-frameworks.ts'
import { type PasskeyHost, startPasskeyHost } from './passkey-host.ts'
import { enterPin, expectScreen, press, waiting } from './screens.ts'
import {
  addAuthenticator,
  answerUnverified,
  type AuthenticatorOptions,
  disableAutofill,
} from './virtual-authenticator.ts'

const byPasskey = 'Sign in with a passkey'
const pin = '4711'

/** A page whose browser has a passkey of a user with a PIN. */
interface PasskeyVisit {
  readonly page: Page
  readonly userId: string
  readonly passkeyId: string
}

/** How a visit differs from one of a current browser. */
interface VisitOptions extends Visitor {
  readonly autofill?: boolean
  readonly authenticator?: AuthenticatorOptions
}

async function visit(host: PasskeyHost, browser: CameraBrowser, options: VisitOptions = {}): Promise<PasskeyVisit> {
  const { autofill = true, authenticator = {}, ...visitor } = options
  const page = await browser.visit(visitor)
  // A user who does not confirm has done so when the passkey was made.
  const { automaticPresenceSimulation = true } = authenticator
  const { session, id } = await addAuthenticator(page)
  await page.goto(host.origin)
  const { userId, passkeyId } = await createPasskey(host, page)
  if (!automaticPresenceSimulation)
    await session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: id, enabled: false })
  if (!autofill) await disableAutofill(page)
  return { page, userId, passkeyId }
}

async function createPasskey(host: PasskeyHost, page: Page) {
  const { result } = await host.custody('POST', '/api/users', { signingMethod: { type: 'PIN', value: pin } })
  const userId: string = result.id
  const options = await host.billfold.passkeys.registrationOptions(userId, { userName: 'ada@example.com' })
  const made: { readonly passkey: unknown } = await page.evaluate(
    `client.createPasskey(navigator.credentials, ${JSON.stringify(options)})`,
  )
  const { id: passkeyId } = await host.billfold.passkeys.register(userId, made.passkey)
  return { userId, passkeyId }
}

async function resultOf(host: PasskeyHost, sessionId: string) {
  return getSessionResult(await connect({ url: `${host.origin}/walletapi` }), sessionId)
}

async function createConfigurations({ billfold }: PasskeyHost): Promise<void> {
  const { configurations } = billfold.authentication
  await configurations.create({ tag: 'passkey', factors: ['passkey'], pin: 'always' })
  await configurations.create({
    tag: 'either',
    factors: ['face', 'passkey'],
    liveness: 'none',
    pinInsteadOfFace: 'always',
  })
}

// Skipped without a browser; the summary of the run reports it.
describe.runIf(browserPath !== undefined)('the authentication page with a passkey', () => {
  let browser: CameraBrowser
  beforeAll(async () => {
    browser = await launchBrowser('no camera')
  }, 120_000)
  afterAll(() => browser.close())

  describe.each(pageFrameworks)('on %s', (framework) => {
    let host: PasskeyHost
    beforeAll(async () => {
      host = await startPasskeyHost(framework)
      await createConfigurations(host)
    })
    afterAll(() => host.close())

    test('signs in by autofill, without a word from its user to the page', async () => {
      const { page, userId } = await visit(host, browser)
      const { sessionId, url } = await host.createSession({ userId, configuration: 'passkey' })
      await page.goto(url)
      await expectScreen(page, 'Done')
      expect(await resultOf(host, sessionId)).toMatchObject({ status: 'success', amr: ['hwk', 'user'] })
      await page.context().close()
    })

    test('signs in by its button in a browser without autofill, to a session that names nobody', async () => {
      const { page } = await visit(host, browser, { autofill: false })
      const { sessionId, url } = await host.createSession({ configuration: 'passkey' })
      await page.goto(url)
      await expectScreen(page, 'Sign in')
      expect(await page.getByLabel('Choose a passkey').count()).toBe(0)
      await press(page, byPasskey)
      await expectScreen(page, 'Done')
      expect(await resultOf(host, sessionId)).toMatchObject({ status: 'success' })
      await page.context().close()
    })
  })

  describe('for its user', () => {
    let host: PasskeyHost
    beforeAll(async () => {
      host = await startPasskeyHost('express')
      await createConfigurations(host)
    })
    afterAll(() => host.close())

    test('offers the passkeys in a field and a button, and whoever takes another way leaves no request behind', async () => {
      const waits = { automaticPresenceSimulation: false }
      const { page, userId } = await visit(host, browser, { authenticator: waits })
      const { sessionId, url } = await host.createSession({ userId, configuration: 'either' })
      await page.goto(url)
      await expectScreen(page, 'Sign in')
      const field = page.getByLabel('Choose a passkey')
      expect(await field.getAttribute('autocomplete')).toBe('username webauthn')
      await field.pressSequentially('typed')
      expect(await field.inputValue()).toBe('')
      await press(page, 'Use your PIN instead')
      await enterPin(page, pin)
      await expectScreen(page, 'Done')
      expect(await resultOf(host, sessionId)).toMatchObject({ status: 'success', amr: ['pin'] })
      await page.context().close()
    })

    test('leads from the passkey to the face and back, where either is offered', async () => {
      const { page, userId } = await visit(host, browser, { autofill: false })
      const { sessionId, url } = await host.createSession({ userId, configuration: 'either' })
      await page.goto(url)
      await press(page, 'Use your face instead')
      await expectScreen(page, 'Sign in with your face')
      await press(page, 'Start the camera')
      await expectScreen(page, 'There is no camera')
      await press(page, byPasskey)
      await expectScreen(page, 'Done')
      expect(await resultOf(host, sessionId)).toMatchObject({ amr: ['hwk', 'user'] })
      await page.context().close()
    })

    test('shows the face alone in a browser without passkeys, and that it cannot go on where there is no other way', async () => {
      const page = await browser.visit()
      await page.addInitScript('delete globalThis.PublicKeyCredential')
      const { result } = await host.custody('POST', '/api/users', {})
      await page.goto((await host.createSession({ userId: result.id, configuration: 'either' })).url)
      await expectScreen(page, 'Sign in with your face')
      await page.goto((await host.createSession({ userId: result.id, configuration: 'passkey' })).url)
      await expectScreen(page, 'This browser cannot do that')
      await press(page, 'Cancel')
      await expectScreen(page, 'Cancelled')
      await page.context().close()
    })

    test('says that no passkey was used, and takes one at the next try', async () => {
      const page = await browser.visit()
      const { session, id } = await addAuthenticator(page)
      await page.goto(host.origin)
      const { userId } = await createPasskey(host, page)
      const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId: id })
      await session.send('WebAuthn.clearCredentials', { authenticatorId: id })
      await disableAutofill(page)
      const { sessionId, url } = await host.createSession({ userId, configuration: 'passkey' })
      await page.goto(url)
      await press(page, byPasskey)
      await expectScreen(page, 'No passkey was used')
      for (const credential of credentials)
        await session.send('WebAuthn.addCredential', { authenticatorId: id, credential })
      await press(page, 'Try again')
      await expectScreen(page, 'Done')
      expect(await resultOf(host, sessionId)).toMatchObject({ status: 'success' })
      await page.context().close()
    })

    test('refuses a passkey of another user, which the browser still offers afterwards', async () => {
      const { page, userId } = await visit(host, browser, { autofill: false })
      const { result: other } = await host.custody('POST', '/api/users', {})
      await page.goto((await host.createSession({ userId: other.id, configuration: 'passkey' })).url)
      await press(page, byPasskey)
      await expectScreen(page, 'That passkey was not accepted')
      await page.goto((await host.createSession({ userId, configuration: 'passkey' })).url)
      await press(page, byPasskey)
      await expectScreen(page, 'Done')
      await page.context().close()
    })

    test('refuses a passkey that was removed, and makes the browser forget it', async () => {
      const { page, userId, passkeyId } = await visit(host, browser, { autofill: false })
      await host.billfold.passkeys.remove(userId, passkeyId)
      await page.goto((await host.createSession({ userId, configuration: 'passkey' })).url)
      await press(page, byPasskey)
      await expectScreen(page, 'That passkey was not accepted')
      await press(page, 'Try again')
      await expectScreen(page, 'No passkey was used')
      await press(page, 'Cancel')
      await expectScreen(page, 'Cancelled')
      await page.context().close()
    })

    test('goes on with the same assertion after a lost connection', async () => {
      const { page, userId } = await visit(host, browser, { autofill: false })
      const { sessionId, url } = await host.createSession({ userId, configuration: 'passkey' })
      await page.goto(url)
      await page.route('**/v2/submit_passkey', (route) => route.abort())
      await press(page, byPasskey)
      await expectScreen(page, 'The connection was lost')
      await page.unroute('**/v2/submit_passkey')
      await press(page, 'Try again')
      await expectScreen(page, 'Done')
      expect(await resultOf(host, sessionId)).toMatchObject({ status: 'success' })
      await page.context().close()
    })

    test.each([
      ['de', 'Anmelden', 'Mit Passkey anmelden'],
      ['fr', 'Se connecter', 'Utiliser une clé d’accès'],
      ['es', 'Iniciar sesión', 'Usar una llave de acceso'],
    ])('speaks %s', async (lang, heading, button) => {
      const page = await browser.visit()
      await page.goto((await host.createSession({ configuration: 'passkey', lang })).url)
      await expectScreen(page, heading)
      await page.getByRole('button', { name: button }).waitFor(waiting)
      expect(await page.title()).toBe(heading)
      await page.context().close()
    })
  })

  test('asks for the PIN after a passkey whose authenticator did not verify its user, where the host takes it', async () => {
    const host = await startPasskeyHost('koa', { userVerification: 'preferred' })
    await createConfigurations(host)
    const page = await browser.visit()
    const authenticator = createSoftwareAuthenticator({ origin: host.origin })
    await answerUnverified(page, authenticator)
    await disableAutofill(page)
    const { result } = await host.custody('POST', '/api/users', { signingMethod: { type: 'PIN', value: pin } })
    const userId: string = result.id
    const options = await host.billfold.passkeys.registrationOptions(userId, { userName: 'ada@example.com' })
    await host.billfold.passkeys.register(userId, authenticator.create(options))
    const { sessionId, url } = await host.createSession({ userId, configuration: 'passkey' })
    await page.goto(url)
    await press(page, byPasskey)
    await expectScreen(page, 'Enter your PIN')
    await page.reload()
    await page.getByText('You were here before').waitFor(waiting)
    await enterPin(page, pin)
    await expectScreen(page, 'Done')
    expect(await resultOf(host, sessionId)).toMatchObject({ status: 'success', amr: ['hwk', 'pin'] })
    await page.context().close()
    host.close()
  })
})
