import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/** A file that the demo serves. */
export interface DemoFile {
  readonly type: string
  readonly body: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
  readonly isPage?: true
}

const demoFolder = new URL('../../demo/', import.meta.url)

/** Browser modules of packages: a resolved entry per package, next to which its other modules are. */
const modules: Readonly<Record<string, string>> = {
  client: import.meta.resolve('@billfold/core/client'),
  curves: import.meta.resolve('@noble/curves/secp256k1.js'),
  hashes: import.meta.resolve('@noble/hashes/sha3.js'),
}

const types: Readonly<Record<string, string>> = { css: 'text/css', html: 'text/html', js: 'text/javascript' }

/** Loads the file of a path: pages, scripts, browser modules and Swagger UI. Returns undefined for other paths. */
export async function loadDemoFile(path: string): Promise<DemoFile | undefined> {
  if (path === '/' || /^\/demo\/(custody|onboarding|face|passkeys|credentials|dids|payments)$/.test(path))
    return page('console.html')
  if (/^\/openapi(\/(custody|onboarding|authentication|dids|payments))?$/.test(path))
    return page('openapi.html', swaggerStyles)
  const [, style] = /^\/demo\/((?:console|openapi)\.css)$/.exec(path) ?? []
  if (style !== undefined) return file(new URL(style, demoFolder))
  const [, script] = /^\/demo\/script\/((?:flows\/)?[a-z-]+\.js)$/.exec(path) ?? []
  if (script !== undefined) return file(new URL(`dist/${script}`, demoFolder))
  const [, asset] = /^\/openapi\/(swagger-ui(?:-bundle)?\.(?:css|js))$/.exec(path) ?? []
  if (asset !== undefined) return file(new URL(import.meta.resolve(`swagger-ui-dist/${asset}`)), cacheHeaders)
  const [, name = '', module] = /^\/demo\/modules\/([a-z]+)\/((?:[a-z]+\/)?[A-Za-z0-9_-]+\.js)$/.exec(path) ?? []
  const entry = Object.hasOwn(modules, name) ? modules[name] : undefined
  return module === undefined || entry === undefined ? undefined : file(new URL(module, entry), cacheHeaders)
}

/** Files of packages change only with the package. */
const cacheHeaders = { 'cache-control': 'max-age=3600' }

async function file(url: URL, headers: DemoFile['headers'] = {}): Promise<DemoFile | undefined> {
  try {
    return { type: types[url.pathname.split('.').at(-1) ?? ''] ?? 'text/plain', body: await readFile(url), headers }
  } catch {
    return undefined
  }
}

/** Swagger UI inserts inline styles. */
const swaggerStyles = "'unsafe-inline'"

/** Loads a page with a Content Security Policy that allows own scripts and, by its hash, the inline import map (CSP 3). */
async function page(name: string, styles = ''): Promise<DemoFile> {
  const body = await readFile(new URL(name, demoFolder), 'utf8')
  const [, importMap] = /<script type="importmap">([\s\S]*?)<\/script>/.exec(body) ?? []
  const hash = importMap === undefined ? '' : ` 'sha256-${createHash('sha256').update(importMap).digest('base64')}'`
  const policy = [
    "default-src 'none'",
    `script-src 'self'${hash}`,
    `style-src 'self' ${styles}`.trim(),
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  return { type: 'text/html', body, headers: { 'content-security-policy': policy.join('; ') }, isPage: true }
}
