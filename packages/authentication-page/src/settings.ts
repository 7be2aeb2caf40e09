import type { TextOverrides } from './texts.ts'

/** What the server tells the page about its session. */
export interface Settings {
  readonly sessionId: string
  readonly purpose: 'authenticate' | 'enroll'
  readonly selfieCaptureMode: 'auto' | 'manual'
  /** `challenge`: by steps that the server asks for. `other`: by something that this page cannot do. */
  readonly liveness: 'none' | 'challenge' | 'other'
  /** Where the person goes on to, if that is allowed. */
  readonly returnUrl?: string
  /** How long a person has before a picture is taken. */
  readonly secondsToPose: number
  readonly texts: TextOverrides
}

/** Where the API is: two levels above the page. */
export const apiUrl: string = new URL('..', location.href).href.replace(/\/$/, '')

/** The session that the page was opened with. */
export const sessionId: string = new URLSearchParams(location.search).get('session') ?? ''

/** Asks the server. @throws PageError */
export async function loadSettings(): Promise<Settings> {
  const answer = await fetch(`${apiUrl}/v2/authentication/settings?session=${encodeURIComponent(sessionId)}`)
  if (!answer.ok) throw new PageError(answer.status)
  return parsed(await answer.text())
}

/** What our own server sends is what it says it is. */
function parsed(text: string): Settings {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place, as said above
  return JSON.parse(text) as Settings
}

/** The server refused. */
export class PageError extends Error {
  override readonly name = 'PageError'
  readonly status: number

  constructor(status: number) {
    super(`The server answered ${status}`)
    this.status = status
  }
}
