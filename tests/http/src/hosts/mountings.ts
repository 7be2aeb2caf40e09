/** One way to mount an API in a host. */
export interface Mounting {
  readonly framework: 'express 4' | 'express 5' | 'koa' | 'fetch'
  /** How the router gets its prefix: from the host's app, a router of the host, koa-mount, or an app of Hono or Fastify. */
  readonly through: 'app' | 'sub-router' | 'koa-mount' | 'hono' | 'fastify'
  /** The path of the API: `''` or `/id`, or `/outer/id` in a sub-router. */
  readonly prefix: string
  /** True if body parsers of the host precede the API. */
  readonly parser: boolean
}

const frameworks = ['express 4', 'express 5', 'koa'] as const

/** Each framework at the root and under a prefix, with and without body parsers, and in sub-routers. */
export const mountings: readonly Mounting[] = [
  ...frameworks.flatMap((framework) =>
    ['', '/id'].flatMap((prefix) =>
      [false, true].map((parser): Mounting => ({ framework, through: 'app', prefix, parser })),
    ),
  ),
  ...frameworks.map(
    (framework): Mounting => ({ framework, through: 'sub-router', prefix: '/outer/id', parser: false }),
  ),
  { framework: 'koa', through: 'koa-mount', prefix: '/id', parser: false },
  // Nothing parses the body of a web request before its handler.
  ...['', '/id'].map((prefix): Mounting => ({ framework: 'fetch', through: 'app', prefix, parser: false })),
  { framework: 'fetch', through: 'hono', prefix: '/outer/id', parser: false },
  { framework: 'fetch', through: 'fastify', prefix: '/id', parser: false },
]

/**
 * Returns true for the mountings that the suite of an API runs in: each adapter at the root and under a prefix, those of Express and
 * Koa each with and without body parsers. The suites of the adapters run in all mountings.
 */
export function isDefaultMounting({ framework, through, prefix, parser }: Mounting): boolean {
  if (framework === 'fetch') return through === 'app'
  const parsed = framework === 'koa' ? prefix === '' : prefix !== ''
  return framework !== 'express 4' && through === 'app' && parser === parsed
}

/**
 * Selects a half of the default mountings: each adapter once, at the root and under a prefix, with and without body parsers. Two suites of
 * one API that take different halves meet every pair of adapter, place and parsers together.
 */
export function inHalf(half: 'first' | 'second'): (mounting: Mounting) => boolean {
  return (mounting) =>
    isDefaultMounting(mounting) && (firstHalf[mounting.framework] === mounting.prefix) === (half === 'first')
}

/** The place of each adapter in the first half. */
const firstHalf: Readonly<Partial<Record<Mounting['framework'], string>>> = { 'express 5': '', koa: '', fetch: '/id' }

/** Selects every mounting, for the suites of the adapters. */
export function anyMounting(): boolean {
  return true
}

/** Formats a mounting for titles. */
export function formatMounting({ framework, through, prefix, parser }: Mounting): string {
  const mountPath = prefix === '' ? 'at the root' : `at ${prefix}`
  const by = through === 'app' ? '' : ` by ${through}`
  return `${framework} ${mountPath}${by}${parser ? ' behind parsers' : ''}`
}
