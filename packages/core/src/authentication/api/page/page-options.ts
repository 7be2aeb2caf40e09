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
export interface PageOptions {
  /** CSS values by theme property: `{ accent: '#0a7', font: 'Georgia, serif' }`. They apply to the light and the dark scheme. */
  readonly theme?: Readonly<Partial<Record<(typeof themeProperties)[number], string>>>
  /** Texts that replace the built-in ones, by language and name: `{ en: { title: 'Sign in to Acme' } }`. */
  readonly texts?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** The countdown before each picture, in seconds, 1 to 30. Default: 3. */
  readonly countdownSeconds?: number
  /**
   * The origins that a session's `metadata.returnUrl` may lead back to: `['https://shop.example']`. Default: none. Compared exactly;
   * https, or http on localhost.
   */
  readonly returnOrigins?: readonly string[]
}

/** Builds the stylesheet of a theme. @throws RangeError if a value is not a single CSS value */
export function themeStylesheet({ theme = {} }: PageOptions): string {
  const declarations = themeProperties.flatMap((name) => {
    const value = theme[name]
    if (value === undefined) return []
    if (!/^[#\w\s.,%()'"/+-]{1,200}$/.test(value))
      throw new RangeError(`authentication.page.theme.${name} is not a single CSS value: ${value}`)
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

/** Returns the return URL of a session's metadata if its origin is allowed. */
export function allowedReturnUrl(
  metadata: Readonly<Record<string, unknown>>,
  options: PageOptions,
): string | undefined {
  const { returnUrl } = metadata
  if (typeof returnUrl !== 'string' || !URL.canParse(returnUrl)) return undefined
  const { origin, protocol, href, hostname } = new URL(returnUrl)
  const isSafe =
    protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
  return isSafe && (options.returnOrigins ?? []).includes(origin) ? href : undefined
}
