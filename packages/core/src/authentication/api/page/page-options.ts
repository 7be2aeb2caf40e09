import type { PageLanguage } from './page-texts.ts'
import { isWebUrl, type RelyingPartyOptions } from './relying-party.ts'

/** The theme properties of the page. Each sets the CSS custom property `--billfold-<name>`. */
export const themeProperties = [
  'font',
  'accent',
  'accent-text',
  'background',
  'card',
  'text',
  'muted',
  'failure',
  'success',
  'radius',
] as const

/**
 * Options of the built-in authentication page.
 *
 * @example
 * ```ts
 * import type { AuthenticationOptions } from '@billfold/core'
 *
 * const authentication: AuthenticationOptions = {
 *   page: {
 *     theme: { accent: '#0a7', radius: '4px' },
 *     texts: { en: { title: 'Sign in to Acme' } },
 *     returnOrigins: ['https://shop.example'],
 *   },
 * }
 * ```
 */
export interface PageOptions extends RelyingPartyOptions {
  /** CSS values by theme property: `{ accent: '#0a7', font: 'Georgia, serif' }`. They apply to the light and the dark scheme. */
  readonly theme?: PageTheme
  /** CSS values for the dark scheme, where they differ from `theme`. */
  readonly darkTheme?: PageTheme
  /** Further languages by BCP 47 tag, each with all texts. English, German, French and Spanish are built in, and can be replaced. */
  readonly languages?: Readonly<Record<string, PageLanguage>>
  /** Texts that replace the built-in ones, by language and name: `{ en: { title: 'Sign in to Acme' } }`. */
  readonly texts?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** The countdown before each picture, in seconds, 1 to 30. Default: 3. */
  readonly countdownSeconds?: number
  /**
   * The origins that a session's `metadata.returnUrl` and `metadata.otherWayUrl` may lead back to: `['https://shop.example']`. Default: none. Compared exactly;
   * https, or http on localhost.
   */
  readonly returnOrigins?: readonly string[]
}

/** CSS values by theme property. */
export type PageTheme = Readonly<Partial<Record<(typeof themeProperties)[number], string>>>

/** Builds the stylesheet of the themes. @throws RangeError if a value is not a single CSS value */
export function themeStylesheet({ theme = {}, darkTheme = {} }: PageOptions): string {
  const dark = themeRule('darkTheme', darkTheme)
  return `${themeRule('theme', theme)}${dark === '' ? '' : `@media (prefers-color-scheme:dark){${dark}}`}`
}

function themeRule(option: 'theme' | 'darkTheme', theme: PageTheme): string {
  const declarations = themeProperties.flatMap((name) => {
    const value = theme[name]
    if (value === undefined) return []
    if (!/^[#\w\s.,%()'"/+-]{1,200}$/.test(value))
      throw new RangeError(`authentication.page.${option}.${name} is not a single CSS value: ${value}`)
    return [`--billfold-${name}:${value}`]
  })
  return declarations.length === 0 ? '' : `:root{${declarations.join(';')}}`
}

/** Returns the countdown before each picture, in seconds. @throws RangeError if it is not an integer from 1 to 30 */
export function parseCountdownSeconds({ countdownSeconds: seconds = 3 }: PageOptions): number {
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 30)
    throw new RangeError(`authentication.page.countdownSeconds must be an integer from 1 to 30: ${seconds}`)
  return seconds
}

/** Returns a URL of a session's metadata if its origin is allowed. */
export function allowedUrl(
  metadata: Readonly<Record<string, unknown>>,
  name: 'returnUrl' | 'otherWayUrl',
  options: PageOptions,
): string | undefined {
  const url = metadata[name]
  if (typeof url !== 'string' || !isWebUrl(url)) return undefined
  const { origin, href } = new URL(url)
  return (options.returnOrigins ?? []).includes(origin) ? href : undefined
}
