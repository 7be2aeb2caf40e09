import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { findAccessibilityProblems } from './browser.ts'

/** The limit of a wait is for hangs. */
export const waiting = { timeout: 120_000 }

const checked = new Set<string>()

/** Waits for a screen by its heading, and checks its accessibility the first time in each scheme. */
export async function expectScreen(page: Page, heading: string): Promise<void> {
  await page.getByRole('heading', { name: heading, exact: true }).waitFor(waiting)
  const scheme = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
  const key = `${heading} ${String(scheme)}`
  if (checked.has(key)) return
  checked.add(key)
  expect(await findAccessibilityProblems(page)).toEqual([])
}

/** Presses a button, once it is there. */
export async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click(waiting)
}

/** Starts the camera of the introduction. */
export function start(page: Page): Promise<void> {
  return press(page, 'Start the camera')
}

/** Enters a PIN. */
export async function enterPin(page: Page, value: string): Promise<void> {
  await page.getByLabel('PIN').fill(value)
  await press(page, 'Confirm')
}

/** Waits until the page says that the PIN was wrong. */
export async function expectWrongPin(page: Page): Promise<void> {
  await page.getByRole('alert').getByText('That PIN is not right.').waitFor(waiting)
}
