/** One way to mount an API in a host. */
export interface Mounting {
  readonly framework: 'express 4' | 'express 5' | 'koa'
  /** How the router gets its prefix: mounted at it by the host's app, in a router of the host, or (Koa) by koa-mount. */
  readonly through: 'app' | 'sub-router' | 'koa-mount'
  /** Where the API is found: `''` or `/id`, or, in a sub-router, `/outer/id`. */
  readonly prefix: string
  /** Whether body parsers of the host are mounted before the API. */
  readonly parser: boolean
}

const frameworks = ['express 4', 'express 5', 'koa'] as const

/** Each framework at the root and under a prefix, with and without parsers of the host before, and in sub-routers. */
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
]

/**
 * Both adapters, at the root and under a prefix, with and without parsers of the host: what the suite of an API runs in. Any
 * other mounting is for the suites of the adapters themselves.
 */
export function isDefaultMounting({ framework, through }: Mounting): boolean {
  return framework !== 'express 4' && through === 'app'
}

/** For a suite of the adapters themselves. */
export function anyMounting(): boolean {
  return true
}

/** A mounting in words. */
export function formatMounting({ framework, through, prefix, parser }: Mounting): string {
  const place = prefix === '' ? 'at the root' : `at ${prefix}`
  const by = through === 'app' ? '' : ` by ${through}`
  return `${framework} ${place}${by}${parser ? ' behind parsers' : ''}`
}
