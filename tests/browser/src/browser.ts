import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { type Browser, chromium, type Page } from 'playwright-core'

/** A browser that is installed here: the one that is named, or one in the usual places; undefined where there is none. */
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

/** What is before the camera of a browser: a video, or there is no camera at all. */
export type Scene = { readonly video: Buffer } | 'no camera'

/** The sizes that pages are looked at in. */
export const sizes = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 800 },
} as const

/** Who comes with the browser. */
export interface Visitor {
  readonly size?: keyof typeof sizes
  readonly locale?: string
  /** Whether they let the page use the camera: yes. */
  readonly allowsCamera?: boolean
}

/** A browser that is open. */
export interface CameraBrowser {
  /** A page of somebody who was never here: no cookies, no keys. */
  readonly visit: (visitor?: Visitor) => Promise<Page>
  readonly close: () => Promise<void>
}

/** Opens a browser. Its camera is fixed when it starts, so each scene has its own browser. */
export async function launchBrowser(scene: Scene): Promise<CameraBrowser> {
  const folder = mkdtempSync(join(tmpdir(), 'billfold-camera-'))
  const browser = await launch(scene, join(folder, 'camera.y4m'))
  return {
    visit: async ({ size = 'phone', locale = 'en', allowsCamera = true } = {}) => {
      const permissions = allowsCamera ? ['camera'] : []
      const context = await browser.newContext({ viewport: sizes[size], locale, permissions })
      return context.newPage()
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

/** What an accessibility checker has against the page as it is now: nothing, one hopes. */
export async function findAccessibilityProblems(page: Page): Promise<string[]> {
  // Outside the page's own policy, which lets in no script but its own.
  const session = await page.context().newCDPSession(page)
  await session.send('Page.setBypassCSP', { enabled: true })
  const { readFile } = await import('node:fs/promises')
  await page.evaluate(await readFile(axeFile, 'utf8'))
  const found: unknown = await page.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`))',
  )
  return Array.isArray(found) ? found.map(String) : ['the checker gave nothing']
}
