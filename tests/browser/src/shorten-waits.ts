import type { Page } from 'playwright-core'

/** What is before the camera needs no time to pose, and nobody to read: what a page waits a second or so for takes a quarter of one. */
export async function shortenWaits(page: Page): Promise<void> {
  await page.addInitScript({ content: `(${inPage.toString()})()` })
}

/** Runs in the page, before its own script. */
function inPage(): void {
  const wait = window.setTimeout.bind(window)
  const shorter = (work: TimerHandler, milliseconds?: number): number =>
    wait(work, milliseconds === 1000 || milliseconds === 1500 ? 250 : milliseconds)
  Object.assign(window, { setTimeout: shorter })
}
