import type { TextOverrides } from './texts.ts'

/** The page settings of a session, from the server. */
export interface PageSettings {
  readonly sessionId: string
  readonly purpose: 'authenticate' | 'enroll'
  readonly selfieCaptureMode: 'auto' | 'manual'
  /** `challenge`: the user follows steps that the server requests. `other`: a check that this page does not support. */
  readonly liveness: 'none' | 'challenge' | 'other'
  /** The URL to return to, if it is allowed. */
  readonly returnUrl?: string
  /** The countdown before each picture, in seconds. */
  readonly countdownSeconds: number
  readonly texts: TextOverrides
}

/** The base URL of the API, two levels above the page. */
export const apiUrl: string = new URL('..', location.href).href.replace(/\/$/, '')

/** The id of the session, from the URL of the page. */
export const sessionId: string = new URLSearchParams(location.search).get('session') ?? ''

/** Fetches the settings. @throws PageError */
export async function fetchSettings(): Promise<PageSettings> {
  const response = await fetch(`${apiUrl}/v2/authentication/settings?session=${encodeURIComponent(sessionId)}`)
  if (!response.ok) throw new PageError(response.status)
  return parseSettings(await response.text())
}

/** Not validated: the settings come from our own server. */
function parseSettings(text: string): PageSettings {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place, as said above
  return JSON.parse(text) as PageSettings
}

/** Thrown if the server rejects the request for the settings. */
export class PageError extends Error {
  override readonly name = 'PageError'
  readonly status: number

  constructor(status: number) {
    super(`The server responded with status ${status}`)
    this.status = status
  }
}
