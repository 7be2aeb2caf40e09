// cspell:ignore noopener noreferrer avec iniciar sesión rostro cette expiré تسجيل الدخول بوجهك
import type { PageLanguage, PageTexts } from '@billfold/core'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  browserPath,
  type CameraBrowser,
  findAccessibilityProblems,
  launchBrowser,
  sizes,
  type Visitor,
} from './browser.ts'
import { faceCamera } from './face-camera.ts'
import { type LoginHost, pin, startLoginHost } from './login-host.ts'
import { enterPin, expectScreen, press, waiting } from './screens.ts'
import { shortenWaits } from './shorten-waits.ts'

const logo = `data:image/svg+xml;base64,${Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="18" fill="#0a7"/></svg>',
).toString('base64')}`
const name = 'Acme & <b>Sons</b>'

// Skipped without a browser; the summary of the run reports it.
describe.runIf(browserPath !== undefined)('the authentication page', () => {
  let host: LoginHost
  let browser: CameraBrowser

  async function visit(visitor?: Visitor): Promise<Page> {
    const page = await browser.visit(visitor)
    await shortenWaits(page)
    return page
  }

  beforeAll(async () => {
    const texts = await readEnglish()
    const arabic: PageLanguage = { direction: 'rtl', texts: { ...texts, title: 'تسجيل الدخول بوجهك' } }
    host = await startLoginHost({
      page: {
        countdownSeconds: 1,
        languages: { ar: arabic },
        texts: { en: { successTitle: 'All done' } },
        relyingParty: {
          name,
          logo,
          privacyNotice: { url: 'https://acme.example/privacy', version: '2026-03', consent: true },
        },
      },
    })
    browser = await launchBrowser(await faceCamera())
  })
  afterEach(() => browser.closePages())
  afterAll(async () => {
    await browser.close()
    await host.close()
  })

  test('shows who asks and the privacy notice, and starts the camera only after a consent, which is recorded once', async () => {
    const page = await visit()
    await page.goto(await host.session({ purpose: 'enroll' }))
    await expectScreen(page, 'Enrol your face')
    await page.getByText(`${name} asks you`, { exact: true }).waitFor(waiting)
    expect(await page.evaluate("document.querySelector('header img').naturalWidth")).toBeGreaterThan(0)
    const link = page.getByRole('link', { name: 'Privacy notice' })
    expect(await link.getAttribute('href')).toBe('https://acme.example/privacy')
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer')
    await press(page, 'I agree, start the camera')
    await expectScreen(page, 'All done')
    await host.billfold.maintain()
    const given = host.events.filter(({ type }) => type === 'session.consent-given')
    expect(given.map(({ data }) => JSON.stringify(data))).toEqual([expect.stringContaining('"version":"2026-03"')])
    const again = await visit()
    await again.goto(await host.session({ configuration: 'manual' }))
    await press(again, 'I agree, start the camera')
    await again.getByRole('button', { name: 'Take the picture' }).waitFor(waiting)
    await again.reload()
    await press(again, 'Start the camera')
    await press(again, 'Take the picture')
    await expectScreen(again, 'Enter your PIN')
  })

  test('takes no consent by clicks that come as soon as the page is in front, or while the mouse rests', async () => {
    const page = await visit()
    await page.goto(await host.session({ purpose: 'enroll' }))
    const agree = page.getByRole('button', { name: 'I agree, start the camera' })
    const waits = () => agree.getAttribute('aria-disabled')
    await expect.poll(waits, { timeout: waiting.timeout }).toBeNull()
    const box = await agree.boundingBox()
    await page.mouse.move((box?.x ?? 0) + 20, (box?.y ?? 0) + 10)
    await page.evaluate('dispatchEvent(new Event("focus"))')
    for (let count = 0; count < 4; count++) {
      await page.mouse.down()
      await page.mouse.up()
    }
    expect(await waits()).toBe('true')
    await page.evaluate('dispatchEvent(new Event("focus"))')
    await expect.poll(waits, { timeout: waiting.timeout }).toBeNull()
    await page.mouse.down()
    await page.mouse.up()
    expect(await waits()).toBe('true')
    await page.evaluate('dispatchEvent(new Event("focus"))')
    await page.keyboard.press('Tab')
    await agree.focus()
    await page.keyboard.press('Enter')
    expect(await agree.evaluate('document.activeElement.textContent')).toBe('I agree, start the camera')
    expect(await findAccessibilityProblems(page)).toEqual([])
    await expect.poll(waits, { timeout: waiting.timeout }).toBeNull()
    await page.keyboard.press('Enter')
    await expectScreen(page, 'All done')
  })

  test('speaks the language of the parameter, of the browser, and one that the host has added', async () => {
    const cases = [
      { locale: 'de-AT', lang: undefined, heading: 'Mit dem Gesicht anmelden', language: 'de', direction: 'ltr' },
      { locale: 'fr-CA', lang: undefined, heading: 'Se connecter avec le visage', language: 'fr', direction: 'ltr' },
      { locale: 'fr-CA', lang: 'es-MX', heading: 'Iniciar sesión con el rostro', language: 'es', direction: 'ltr' },
      { locale: 'ar', lang: undefined, heading: 'تسجيل الدخول بوجهك', language: 'ar', direction: 'rtl' },
      { locale: 'ja', lang: 'xx', heading: 'Sign in with your face', language: 'en', direction: 'ltr' },
    ]
    for (const { locale, lang, heading, language, direction } of cases) {
      const page = await visit({ locale })
      await page.goto(await host.session({ ...(lang !== undefined && { lang }) }))
      await expectScreen(page, heading)
      expect(await page.getAttribute('html', 'lang')).toBe(language)
      expect(await page.getAttribute('html', 'dir')).toBe(direction)
      expect(await page.title()).toBe(heading)
    }
  })

  test.each(['phone', 'small', 'landscape', 'desktop'] as const)(
    'has its buttons in sight without scrolling at the size of a %s, in every language',
    async (size) => {
      // One window for all languages: to open one takes longer than the page.
      const page = await visit({ size })
      for (const lang of ['en', 'de', 'fr', 'es']) {
        await page.goto(await host.session({ configuration: 'PIN instead', lang }))
        await page.locator('main button').first().click(waiting)
        const capture = page.locator('.with-camera main > button')
        await capture.waitFor(waiting)
        await page.locator('video').waitFor(waiting)
        const buttons = await page.locator('main button').all()
        expect(buttons).toHaveLength(3)
        for (const button of [...buttons, page.locator('.frame')]) {
          const box = await button.boundingBox()
          expect(box?.y, `${lang}, top`).toBeGreaterThanOrEqual(0)
          expect((box?.y ?? 0) + (box?.height ?? Infinity), `${lang}, bottom`).toBeLessThanOrEqual(sizes[size].height)
        }
        expect(await page.evaluate(listCovered), lang).toEqual([])
        const camera = await page.locator('.frame').boundingBox()
        expect(camera?.height, lang).toBeGreaterThanOrEqual(120)
        expect(Math.abs((camera?.width ?? 0) / (camera?.height ?? 1) - 0.75), lang).toBeLessThan(0.02)
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
        if (lang === 'en') expect(await findAccessibilityProblems(page)).toEqual([])
      }
    },
  )

  test('keeps the camera in its place when the next instruction is shorter', async () => {
    const page = await visit({ size: 'desktop' })
    await page.goto(await host.session({ configuration: 'manual' }))
    await page.locator('main button').first().click(waiting)
    await page.locator('video').waitFor(waiting)
    const before = await page.locator('.frame').boundingBox()
    await page.evaluate("document.querySelector('h1').textContent = 'Open your mouth'")
    expect(await page.locator('.frame').boundingBox()).toEqual(before)
  })

  test.each(['phone', 'small', 'landscape', 'desktop'] as const)(
    'counts down outside of the oval at the size of a %s',
    async (size) => {
      const page = await visit({ size })
      await page.goto(await host.session({ configuration: 'manual' }))
      await page.locator('main button').first().click(waiting)
      await page.locator('video').waitFor(waiting)
      await page.evaluate("document.querySelector('.countdown').textContent = '3'")
      const frame = await page.locator('.frame').boundingBox()
      const digit = await page.locator('.countdown').boundingBox()
      // The oval leaves 14 % free at the sides, and 9 % above and below.
      const [radiusX, radiusY] = [(frame?.width ?? 0) * 0.36, (frame?.height ?? 0) * 0.41]
      const left = ((digit?.x ?? 0) - (frame?.x ?? 0) - (frame?.width ?? 0) / 2) / radiusX
      const top = ((digit?.y ?? 0) - (frame?.y ?? 0) - (frame?.height ?? 0) / 2) / radiusY
      expect([left > 0, top > 0]).toEqual([true, true])
      expect(left ** 2 + top ** 2).toBeGreaterThan(1)
    },
  )

  test('moves no button when a PIN is wrong, and aligns the choice with the PIN', async () => {
    const page = await visit()
    await page.goto(await host.session({ configuration: 'PIN instead' }))
    await press(page, 'Use your PIN instead')
    await expectScreen(page, 'Enter your PIN')
    const confirm = page.getByRole('button', { name: 'Confirm' })
    const before = await confirm.boundingBox()
    expect((await page.getByRole('checkbox').boundingBox())?.x).toBe(before?.x)
    await enterPin(page, '0000')
    await page.getByRole('alert').getByText('That PIN is not right.').waitFor(waiting)
    expect(await confirm.boundingBox()).toEqual(before)
  })

  test('puts a name that does not fit beside the logo below it, both in the middle', async () => {
    const page = await visit({ size: 'small' })
    await page.goto(await host.session({ lang: 'fr' }))
    await page.locator('header p').waitFor(waiting)
    const [logoBox, nameBox] = [page.locator('header img'), page.locator('header p')].map((part) => part.boundingBox())
    const [{ x = 0, y = 0, width = 0, height = 0 }, below] = [(await logoBox) ?? {}, await nameBox]
    expect(below?.y).toBeGreaterThanOrEqual(y + height)
    expect(Math.abs(x + width / 2 - sizes.small.width / 2)).toBeLessThan(1)
  })

  test.each(['en', 'de', 'fr', 'es'])(
    'keeps the ways out in sight after a wrong PIN on a phone on its side: %s',
    async (lang) => {
      const page = await visit({ size: 'landscape' })
      await page.goto(await host.session({ configuration: 'PIN instead', lang }))
      await page.locator('main button').first().click(waiting)
      await page.locator('video').waitFor(waiting)
      await page.locator('.more button').first().click(waiting)
      await page.locator('input[type="password"]').fill('0000')
      await page.locator('form button').click(waiting)
      await page.getByRole('alert').getByText(/./).waitFor(waiting)
      for (const button of await page.locator('main button').all()) {
        const box = await button.boundingBox()
        expect((box?.y ?? 0) + (box?.height ?? Infinity)).toBeLessThanOrEqual(sizes.landscape.height - 8)
      }
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      await page.context().close()
    },
  )

  test.each(['light', 'dark'] as const)('has enough contrast on each screen in the %s scheme', async (colorScheme) => {
    const page = await visit({ colorScheme })
    await page.goto(await host.session({ configuration: 'PIN instead' }))
    await expectScreen(page, 'Sign in with your face')
    await press(page, 'I agree, start the camera')
    await expectScreen(page, 'Put your face in the oval and look straight ahead')
    await press(page, 'Use your PIN instead')
    await expectScreen(page, 'Enter your PIN')
    await enterPin(page, '0000')
    await page.getByRole('alert').getByText('That PIN is not right.').waitFor(waiting)
    expect(await findAccessibilityProblems(page)).toEqual([])
    await enterPin(page, pin)
    await expectScreen(page, 'All done')
    await page.goto(await host.session({ configuration: 'PIN instead' }))
    await press(page, 'Cancel')
    await expectScreen(page, 'Cancelled')
    await page.goto(`${host.url}/walletapi/v2/authenticate?session=x`)
    await expectScreen(page, 'This link does not work')
  })

  test('has a focus order from the heading over the main action to the ways out and the notice, and visible focus', async () => {
    const page = await visit()
    await page.goto(await host.session({ configuration: 'PIN instead' }))
    await page.getByRole('button', { name: 'Cancel' }).waitFor(waiting)
    const focused: unknown[] = [await page.evaluate('document.activeElement.textContent')]
    for (let step = 0; step < 4; step++) {
      await page.keyboard.press('Tab')
      focused.push(await page.evaluate('document.activeElement.textContent'))
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid')
    }
    expect(focused).toEqual([
      'Sign in with your face',
      'I agree, start the camera',
      'Use your PIN instead',
      'Cancel',
      'Privacy notice',
    ])
  })

  test('moves nothing for a visitor who wants that', async () => {
    const running = "document.getAnimations().filter(({ playState }) => playState === 'running').length"
    for (const [reducedMotion, animations] of [
      ['no-preference', 1],
      ['reduce', 0],
    ] as const) {
      const page = await visit({ reducedMotion })
      await page.route('**/v2/authentication/settings*', () => {})
      await page.goto(await host.session())
      await page.getByRole('heading', { name: 'One moment' }).waitFor(waiting)
      expect(await page.evaluate(running)).toBe(animations)
      await page.context().close()
    }
  })

  test('lets images come from nowhere but the page and the origins of logos', async () => {
    const answer = await fetch(`${host.url}/walletapi/v2/authentication?session=x`)
    expect(answer.headers.get('content-security-policy')).toContain('img-src data:;')
    expect(await answer.text()).not.toMatch(/<script(?![^>]*src=)|\sstyle=|\son\w+=/)
  })
})

/** In the page: what the text of the heading lies on. */
const listCovered = `(() => {
  const range = document.createRange()
  range.selectNodeContents(document.querySelector('h1'))
  const text = range.getBoundingClientRect()
  return ['.frame', 'main > button'].filter((selector) => {
    const { left, right, top, bottom } = document.querySelector(selector).getBoundingClientRect()
    return text.left < right && text.right > left && text.top < bottom && text.bottom > top
  })
})()`

/** The texts that the page carries, as a team that adds a language reads them. */
async function readEnglish(): Promise<PageTexts> {
  const host = await startLoginHost()
  const page = await (await fetch(`${host.url}/walletapi/v2/authentication`)).text()
  await host.close()
  const [, json = '{}'] = /name="billfold-texts" content="([^"]*)"/.exec(page) ?? []
  return JSON.parse(json.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')) as PageTexts
}
