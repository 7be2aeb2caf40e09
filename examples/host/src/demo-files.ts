import { readFile } from 'node:fs/promises'

/** A file of the demo page. */
interface DemoFile {
  readonly type: 'html' | 'js'
  readonly body: string
}

/** A module of each package: the others lie beside it, also those that only the package itself imports. */
const entries = { curves: '@noble/curves/secp256k1.js', hashes: '@noble/hashes/sha3.js' } as const

/** The demo page, its script, and the modules that its built-in wallet is made of; undefined for every other path. */
export async function demoFile(path: string): Promise<DemoFile | undefined> {
  if (path === '/demo/onboarding') return { type: 'html', body: await ownFile('onboarding.html') }
  if (path === '/demo/onboarding.js') return { type: 'js', body: await ownFile('onboarding.js') }
  const module = /^\/demo\/noble\/(curves|hashes)\/((?:[a-z]+\/)?[A-Za-z0-9_-]+\.js)$/.exec(path)
  if (module === null) return undefined
  const [, name, file] = module
  return moduleFile(name === 'curves' ? entries.curves : entries.hashes, file ?? '')
}

function ownFile(name: string): Promise<string> {
  return readFile(new URL(`../demo/${name}`, import.meta.url), 'utf8')
}

async function moduleFile(entry: string, file: string): Promise<DemoFile | undefined> {
  try {
    return { type: 'js', body: await readFile(new URL(file, import.meta.resolve(entry)), 'utf8') }
  } catch {
    return undefined
  }
}
