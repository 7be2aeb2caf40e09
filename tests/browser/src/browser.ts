import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { type Browser, chromium, type Page } from 'playwright-core'

/** The path of an installed browser: BILLFOLD_TEST_CHROMIUM, or one of the usual paths; undefined if there is none. */
export const browserPath: string | undefined = [
  env['BILLFOLD_TEST_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path))

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The input of a browser's camera: a video, or no camera at all. */
export type Scene = { readonly video: Buffer } | 'no camera'

/** Viewport sizes. */
export const sizes = {
  phone: { width: 390, height: 844 },
  small: { width: 320, height: 568 },
  landscape: { width: 568, height: 320 },
  tablet: { width: 768, height: 1024 },
  desktop: { width: 1280, height: 800 },
  wide: { width: 1440, height: 900 },
} as const

/** The visitor of a page. */
export interface Visitor {
  readonly size?: keyof typeof sizes
  readonly locale?: string
  readonly colorScheme?: 'light' | 'dark'
  readonly reducedMotion?: 'reduce' | 'no-preference'
  /** False if the visitor blocks the camera. True by default. */
  readonly allowsCamera?: boolean
  /** False if the visitor's browser runs no scripts. True by default. */
  readonly javaScriptEnabled?: boolean
}

/** A running browser with a fake camera. */
export interface CameraBrowser {
  /** Opens a page in a new context, without cookies and keys. */
  readonly visit: (visitor?: Visitor) => Promise<Page>
  /** Closes all pages. One that is left open keeps its camera and its animations running beside the next test. */
  readonly closePages: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Launches a browser. Its camera is fixed at launch, so each scene needs its own browser. */
export async function launchBrowser(scene: Scene): Promise<CameraBrowser> {
  const folder = mkdtempSync(join(tmpdir(), 'billfold-camera-'))
  const browser = await launch(scene, join(folder, 'camera.y4m'))
  return {
    visit: async ({ size = 'phone', allowsCamera = true, locale = 'en', ...preferences } = {}) => {
      const permissions = allowsCamera ? ['camera'] : []
      const context = await browser.newContext({ viewport: sizes[size], locale, permissions, ...preferences })
      return context.newPage()
    },
    closePages: async () => {
      await Promise.all(browser.contexts().map((context) => context.close()))
    },
    close: async () => {
      await browser.close()
      rmSync(folder, { recursive: true })
    },
  }
}

function launch(scene: Scene, file: string): Promise<Browser> {
  if (scene !== 'no camera') writeFileSync(file, scene.video)
  const camera =
    scene === 'no camera'
      ? []
      : ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${file}`, '--deny-permission-prompts']
  return chromium.launch({ executablePath: browserPath ?? 'chromium', args: [...quiet, ...camera] })
}

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** Lists the accessibility violations that axe finds on the page. */
export async function findAccessibilityProblems(page: Page): Promise<string[]> {
  // The page's content security policy allows no other script.
  const session = await page.context().newCDPSession(page)
  await session.send('Page.setBypassCSP', { enabled: true })
  const { readFile } = await import('node:fs/promises')
  await page.evaluate(await readFile(axeFile, 'utf8'))
  // A colour on its way to another one, after a change of the scheme, has a contrast of its own.
  await page.evaluate(
    'Promise.allSettled(document.getAnimations().filter((each) => each instanceof CSSTransition).map(({ finished }) => finished)).then(() => undefined)',
  )
  const found: unknown = await page.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`))',
  )
  return Array.isArray(found) ? found.map(String) : ['the checker gave nothing']
}
