import type { SoftwareAuthenticator } from '@billfold/test-authenticator'
import type { CDPSession, Page } from 'playwright-core'

/** How an authenticator differs from one of a current phone. */
export interface AuthenticatorOptions {
  readonly hasPrf?: boolean
  /** False for an authenticator whose user does not confirm: dialogs then wait, until they are cancelled. */
  readonly automaticPresenceSimulation?: boolean
}

/** A virtual authenticator of a page (Chrome DevTools Protocol). */
export interface VirtualAuthenticator {
  readonly session: CDPSession
  readonly id: string
}

/** Adds an authenticator to the browser of a page. */
export async function addAuthenticator(page: Page, options: AuthenticatorOptions = {}): Promise<VirtualAuthenticator> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId: id } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      hasPrf: true,
      ...options,
    },
  })
  return { session, id }
}

/** A browser without autofill of passkeys, in which they are asked for in a dialog only. */
export async function disableAutofill(page: Page): Promise<void> {
  await page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => false')
}

const replaceGet = `{
  const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  const decode = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0)).buffer
  navigator.credentials.get = async ({ publicKey }) => {
    const { rawId, response } = await unverifiedAssertion(encode(publicKey.challenge), publicKey.rpId)
    const decoded = Object.fromEntries(Object.entries(response).map(([name, text]) => [name, decode(text)]))
    return { rawId: decode(rawId), response: decoded, getClientExtensionResults: () => ({}) }
  }
}`

/**
 * Lets an authenticator in software answer, which does not verify its user: the virtual ones of Chromium keep discoverable passkeys to
 * users whom they have verified.
 */
export async function answerUnverified(page: Page, authenticator: SoftwareAuthenticator): Promise<void> {
  await page.exposeFunction('unverifiedAssertion', (challenge: string, rpId: string) =>
    authenticator.get({ challenge, rpId }, { userVerified: false }),
  )
  await page.addInitScript(replaceGet)
}
