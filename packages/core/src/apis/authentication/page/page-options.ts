/** What of the page's look can be changed: CSS values of its custom properties. */
export const themeProperties = [
  'font',
  'accent',
  'accent-text',
  'background',
  'card',
  'text',
  'quiet',
  'failure',
  'success',
  'radius',
] as const

/** What a host decides about the authentication page. */
export interface PageOptions {
  /** CSS values: `{ accent: '#0a7', radius: '4px', font: 'Georgia, serif' }`. They hold in light and in dark. */
  readonly theme?: Readonly<Partial<Record<(typeof themeProperties)[number], string>>>
  /** What the page says instead, by language and the name of the text: `{ en: { title: 'Sign in to Acme' } }`. */
  readonly texts?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** How long a person has before each picture is taken, in seconds, 1 to 30: 3. Some people need more. */
  readonly secondsToPose?: number
  /**
   * The origins that a person may be taken back to, when a session's `metadata.returnUrl` is there: `['https://shop.example']`.
   * None by default. Compared exactly; https, or http on this computer.
   */
  readonly returnOrigins?: readonly string[]
}

/** The style sheet of a theme. @throws RangeError for a value that is not one CSS value */
export function themeSheet({ theme = {} }: PageOptions): string {
  const declared = themeProperties.flatMap((name) => {
    const value = theme[name]
    if (value === undefined) return []
    if (!/^[#\w\s.,%()'"/+-]{1,200}$/.test(value)) throw new RangeError(`The theme's ${name} is not one CSS value`)
    return [`--billfold-${name}:${value}`]
  })
  return declared.length === 0 ? '' : `:root{${declared.join(';')}}`
}

/** How long a person has, in seconds. @throws RangeError */
export function secondsToPose({ secondsToPose: seconds = 3 }: PageOptions): number {
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 30) throw new RangeError('secondsToPose is 1 to 30')
  return seconds
}

/** The URL that a session names to go back to, where its origin is allowed. */
export function returnUrlOf(metadata: Readonly<Record<string, unknown>>, options: PageOptions): string | undefined {
  const { returnUrl } = metadata
  if (typeof returnUrl !== 'string' || !URL.canParse(returnUrl)) return undefined
  const { origin, protocol, href, hostname } = new URL(returnUrl)
  const isSafe =
    protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
  return isSafe && (options.returnOrigins ?? []).includes(origin) ? href : undefined
}
