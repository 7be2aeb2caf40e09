/**
 * Who asks, as the authentication page shows it. It comes from the host, never from the relying party's own words, so that nobody can
 * ask in the name of somebody else.
 */
export interface PageRelyingParty {
  /** The name, 1 to 64 characters. */
  readonly name?: string
  /** The logo: a `data:` URL of a PNG, JPEG, WebP or SVG image of at most 64 KiB, or an https URL whose origin is in `logoOrigins`. */
  readonly logo?: string
  /** The privacy notice that the page links to. */
  readonly privacyNotice?: PrivacyNotice
}

/** A privacy notice. */
export interface PrivacyNotice {
  /** An https URL; http on localhost. */
  readonly url: string
  /** The version of its text, 1 to 64 characters: `2026-03`. It is recorded with a consent. */
  readonly version: string
  /** True if the page must ask for consent before the camera starts. The server then takes no face without it. Default: false. */
  readonly consent?: boolean
}

/** The session that a relying party is shown for. */
export interface PageSession {
  readonly tenant: string
  readonly community: string
  /** The id of the licence or the service key that has created the session, `host`, or null for a session of another service. */
  readonly creatorId: string | null
}

/** The options of the page about who asks. */
export interface RelyingPartyOptions {
  /**
   * Who asks: name, logo, privacy notice and consent. A value for all sessions, or a function of the session, for example by the licence
   * that has created it. A function that throws makes the page fail: without it, a consent could be missed. Default: none.
   */
  readonly relyingParty?:
    | PageRelyingParty
    | ((session: PageSession) => PageRelyingParty | undefined | Promise<PageRelyingParty | undefined>)
  /** The https origins that logos may be loaded from: `['https://cdn.example']`. Default: none. */
  readonly logoOrigins?: readonly string[]
}

/** Resolves who asks in a session. @throws RangeError if the option is invalid */
export async function resolveRelyingParty(
  options: RelyingPartyOptions | undefined,
  { tenant, community, creatorId }: PageSession,
): Promise<PageRelyingParty> {
  const { relyingParty } = options ?? {}
  if (relyingParty === undefined || options === undefined) return {}
  if (typeof relyingParty !== 'function') return relyingParty
  return parseRelyingParty((await relyingParty({ tenant, community, creatorId })) ?? {}, options)
}

const maxLogoLength = 64 * 1024

/** Validates who asks. @throws RangeError */
export function parseRelyingParty(relyingParty: PageRelyingParty, options: RelyingPartyOptions): PageRelyingParty {
  const { name, logo, privacyNotice } = relyingParty
  if (name !== undefined) assertPlainText('name', name)
  if (logo !== undefined && !isAllowedLogo(logo, parseLogoOrigins(options)))
    throw new RangeError(
      'authentication.page.relyingParty.logo is neither a data: image of at most 64 KiB nor an https URL of page.logoOrigins',
    )
  if (privacyNotice !== undefined) {
    assertPlainText('privacyNotice.version', privacyNotice.version)
    if (!isWebUrl(privacyNotice.url))
      throw new RangeError(
        `authentication.page.relyingParty.privacyNotice.url is not an https URL: ${privacyNotice.url}`,
      )
  }
  return relyingParty
}

/** Returns the origins that logos may come from. @throws RangeError if one is not an https origin */
export function parseLogoOrigins({ logoOrigins = [] }: RelyingPartyOptions): readonly string[] {
  for (const origin of logoOrigins)
    if (!URL.canParse(origin) || new URL(origin).protocol !== 'https:' || new URL(origin).origin !== origin)
      throw new RangeError(`authentication.page.logoOrigins has a value that is not an https origin: ${origin}`)
  return logoOrigins
}

/** Returns true for an https URL, or http on localhost. */
export function isWebUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
}

/** Control characters and those that change the direction of text could make a name read as another. */
function assertPlainText(option: string, text: string): void {
  if (text.trim() === '' || text.length > 64 || /\p{C}/u.test(text))
    throw new RangeError(`authentication.page.relyingParty.${option} must be 1 to 64 characters of plain text`)
}

function isAllowedLogo(logo: string, origins: readonly string[]): boolean {
  if (logo.startsWith('data:'))
    return (
      logo.length <= maxLogoLength && /^data:image\/(?:png|jpeg|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}$/.test(logo)
    )
  return logo.length <= 2048 && URL.canParse(logo) && origins.includes(new URL(logo).origin)
}
