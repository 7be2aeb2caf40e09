import type { PageTexts } from '@billfold/core'

/** All texts of the page, in the language of the visitor. */
export type Texts = PageTexts

/** The page settings of a session, from the server. */
export interface PageSettings {
  readonly sessionId: string
  /** Where the session is: the state is the server's, so that a reloaded page goes on there. */
  readonly step: 'face' | 'pin' | 'succeeded' | 'failed' | 'cancelled'
  readonly purpose: 'authenticate' | 'enroll'
  /** What the session may begin with. */
  readonly factors: readonly ('face' | 'passkey')[]
  readonly selfieCaptureMode: 'auto' | 'manual'
  /** `challenge`: the user follows steps that the server requests. `other`: a check that this page does not support. */
  readonly liveness: 'none' | 'challenge' | 'other'
  /** The countdown before each picture, in seconds. */
  readonly countdownSeconds: number
  /** True if the PIN may be tried in place of a face. */
  readonly pinInsteadOfFace: boolean
  /** The URL to return to, if it is allowed. */
  readonly returnUrl?: string
  /** The URL where the relying party offers another way. */
  readonly otherWayUrl?: string
  readonly relyingParty: { readonly name?: string; readonly logo?: string }
  readonly privacyNotice?: { readonly url: string; readonly version: string; readonly consentRequired: boolean }
}

/** The base URL of the API, two levels above the page. */
export const apiUrl: string = new URL('..', location.href).href.replace(/\/$/, '')

/** The id of the session, from the URL of the page. */
export const sessionId: string = new URLSearchParams(location.search).get('session') ?? ''

/** Reads what the server has put into the page. */
export function readMeta(name: 'billfold-problem' | 'billfold-texts'): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? ''
}

/** Reads the texts, which the server puts into the page in the language of the visitor. */
export function readTexts(): Texts {
  return parse<Texts>(readMeta('billfold-texts'))
}

/** Fetches the settings. @throws PageError */
export async function fetchSettings(): Promise<PageSettings> {
  const response = await fetch(`${apiUrl}/v2/authentication/settings?session=${encodeURIComponent(sessionId)}`)
  if (!response.ok) throw new PageError(response.status)
  return parse<PageSettings>(await response.text())
}

/** Not validated: it comes from our own server. */
function parse<T>(text: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place, as said above
  return JSON.parse(text) as T
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
