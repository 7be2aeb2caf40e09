import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { anna, portraitPixels, straight, video } from '@billfold/test-photos'
import { createSoftwareAuthenticator } from '@billfold/test-authenticator'
import type { Page } from 'playwright-core'
import type { PageRelyingParty } from '@billfold/core'
import { type CameraBrowser, launchBrowser, type Scene, type sizes, type Visitor } from './browser.ts'
import { startLoginHost, pin } from './login-host.ts'
import { startPasskeyHost } from './passkey-host.ts'
import { addAuthenticator, answerUnverified, disableAutofill } from './virtual-authenticator.ts'

// Every screen of the authentication page, in every size and scheme, into test-results/screens:
// node dist/take-screenshots.js [names of walks, with commas] [names of sizes, with commas]

const folder = join(import.meta.dirname, '..', '..', '..', 'test-results', 'screens')
const camera: Scene = { video: await video([{ pixels: await portraitPixels(straight), seconds: 1 }]) }
const stranger: Scene = { video: await video([{ pixels: await portraitPixels(anna[0]), seconds: 1 }]) }
const logo = `data:image/svg+xml;base64,${Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" rx="9" fill="#0b7a5c"/><path d="M12 28 20 11l8 17" fill="none" stroke="#fff" stroke-width="4"/></svg>',
).toString('base64')}`
const relyingParty: PageRelyingParty = {
  name: 'Acme Bank',
  logo,
  privacyNotice: { url: 'https://acme.example/privacy', version: '2026-03' },
}
const plain = await startLoginHost({ page: { relyingParty } })
const asking = await startLoginHost({
  page: {
    relyingParty: {
      ...relyingParty,
      privacyNotice: { url: 'https://acme.example/privacy', version: '2026-03', consent: true },
    },
  },
})
const host = plain

const [, , walksWanted, sizesWanted] = process.argv
const isIn = (wanted: string | undefined, name: string): boolean =>
  wanted === undefined || wanted.split(',').includes(name)
const isWanted = (name: string): boolean => isIn(walksWanted, name)

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
  await page.goto(await asking.session({ configuration: 'PIN instead' }))
  await heading(page, 'Sign in with your face')
  await shot('consent')
  await page.goto(await host.session({ configuration: 'PIN instead' }))
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
  await heading(page, 'Let us try that again')
  await shot('not-recognised')
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
  await page.goto(await host.session())
  await page.getByRole('button', { name: 'Cancel' }).click()
  await heading(page, 'Cancelled')
  await shot('cancelled')
  await page.goto(`${host.url}/walletapi/v2/authenticate?session=x`)
  await heading(page, 'This link does not work')
  await shot('unknown-link')
  await page.goto(await host.session({ lang: 'de', configuration: 'PIN instead' }))
  await heading(page, 'Mit dem Gesicht anmelden')
  await shot('german')
}

const withoutCamera =
  (name: string, title: string): Walk =>
  async (page, shot) => {
    await page.goto(await host.session())
    await start(page)
    await heading(page, title)
    await shot(name)
  }

const passkeySite = await startPasskeyHost('express', { userVerification: 'preferred' }, { page: { relyingParty } })
const { configurations } = passkeySite.billfold.authentication
await configurations.create({ tag: 'passkey', factors: ['passkey'] })
await configurations.create({
  tag: 'either',
  factors: ['face', 'passkey'],
  liveness: 'none',
  pinInsteadOfFace: 'always',
})

const passkey: Walk = async (page, shot) => {
  const { result: user } = await passkeySite.custody('POST', '/api/users', {})
  const offer = async (configuration: string, lang?: string): Promise<void> => {
    const session = { userId: user.id, configuration, ...(lang !== undefined && { lang }) }
    await page.goto((await passkeySite.createSession(session)).url)
    await page.locator('main.plain').waitFor()
  }
  await offer('either')
  await shot('passkey-either')
  await offer('either', 'de')
  await shot('passkey-german')
  await offer('passkey', 'fr')
  await shot('passkey-french')
  await disableAutofill(page)
  await offer('passkey')
  await shot('passkey')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await heading(page, 'Confirm on your device')
  await shot('passkey-waiting')
  const { session, id } = await addAuthenticator(page)
  await offer('either')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await heading(page, 'No passkey was used')
  await shot('passkey-cancelled')
  await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: id })
  const software = createSoftwareAuthenticator({ origin: passkeySite.origin })
  await answerUnverified(page, software)
  const { passkeys } = passkeySite.billfold
  const options = await passkeys.registrationOptions(user.id, { userName: 'ada' })
  const other = await passkeySite.custody('POST', '/api/users', {})
  await passkeys.register(user.id, software.create(options))
  await page.goto((await passkeySite.createSession({ userId: other.result.id, configuration: 'either' })).url)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await heading(page, 'That passkey was not accepted')
  await shot('passkey-refused')
  await page.goto(`${passkeySite.origin}/walletapi/v2/authenticate?session=x`)
  await heading(page, 'This link does not work')
  await shot('unknown-link-of-browser')
}

const walks: readonly (readonly [Scene, Walk])[] = [
  [camera, enrol],
  [camera, signIn],
  [camera, challenge],
  [stranger, rejected],
  [camera, offline],
  ['no camera', withoutCamera('no-camera', 'There is no camera')],
  ['no camera', passkey],
]

mkdirSync(folder, { recursive: true })
const looks: readonly (Visitor & { readonly size: keyof typeof sizes; readonly colorScheme: 'light' | 'dark' })[] = [
  { size: 'phone', colorScheme: 'light' },
  { size: 'phone', colorScheme: 'dark' },
  { size: 'small', colorScheme: 'light' },
  { size: 'landscape', colorScheme: 'dark' },
  { size: 'landscape', colorScheme: 'light' },
  { size: 'tablet', colorScheme: 'light' },
  { size: 'tablet', colorScheme: 'dark' },
  { size: 'desktop', colorScheme: 'light' },
  { size: 'desktop', colorScheme: 'dark' },
  { size: 'wide', colorScheme: 'light' },
  { size: 'wide', colorScheme: 'dark' },
]
try {
  // The camera is fixed at launch, so each scene has its own browser.
  const browsers = new Map<Scene, CameraBrowser>()
  for (const look of looks.filter(({ size }) => isIn(sizesWanted, size))) {
    for (const [scene, walk] of walks) if (isWanted(walk.name)) await take(browsers, scene, walk, look)
    if (!isWanted('denied')) continue
    const denied = withoutCamera('denied', 'The camera is not allowed')
    await take(browsers, camera, denied, { ...look, allowsCamera: false })
  }
  for (const browser of browsers.values()) await browser.close()
} finally {
  await plain.close()
  await asking.close()
  passkeySite.close()
}

async function take(
  browsers: Map<Scene, CameraBrowser>,
  scene: Scene,
  walk: Walk,
  look: (typeof looks)[number],
): Promise<void> {
  const browser = browsers.get(scene) ?? (await launchBrowser(scene))
  browsers.set(scene, browser)
  const page = await browser.visit(look)
  page.setDefaultTimeout(120_000)
  const suffix = `${look.size}-${look.colorScheme}`
  await walk(page, async (name) => void (await page.screenshot({ path: join(folder, `${name}-${suffix}.png`) })))
  await page.context().close()
}
