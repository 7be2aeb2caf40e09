import type { Page } from 'playwright-core'

/** Shortens the waits of a page in which a user reads or poses from 1 s and 1.5 s to 250 ms. */
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
