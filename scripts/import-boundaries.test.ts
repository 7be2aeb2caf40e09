import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { importsOf, violations } from './import-boundaries.mjs'

const folders: string[] = []

function packagesWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'billfold-imports-'))
  folders.push(folder)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

describe('the direction of imports', () => {
  it('lets an API use the domain, and the domain the storage', () => {
    const folder = packagesWith({
      'core/src/apis/custody/users.ts': "import { createUser } from '../../users/create.ts'\n",
      'core/src/users/create.ts': "import { insert } from '../storage/writes.ts'\n",
      'core/src/storage/writes.ts': 'export const insert = 1\n',
    })
    expect(violations(folder)).toEqual([])
  })

  it.each([
    ['the domain reaches up to http', 'users/a.ts', '../http/route.ts', 'users may not import http'],
    ['http knows an API', 'http/a.ts', '../apis/custody/a.ts', 'http may not import apis'],
    ['http reaches into the domain', 'http/a.ts', '../users/a.ts', 'http may not import users'],
    ['the storage reaches up to the domain', 'storage/a.ts', '../users/a.ts', 'storage may not import users'],
    ['crypto reaches across to the storage', 'crypto/a.ts', '../storage/a.ts', 'crypto may not import storage'],
    ['one API imports another', 'apis/dids/a.ts', '../custody/a.ts', 'one API may not import another'],
    ['a folder has no layer', 'misc/a.ts', '../errors.ts', 'misc has no layer yet'],
    ['another package is reached by path', 'users/a.ts', '../../../cli/src/a.ts', 'reaches into another package'],
    ['core knows an adapter', 'users/a.ts', '@billfold/koa-adapter', 'core may not import @billfold/koa-adapter'],
    ['a package imports itself by name', 'users/a.ts', '@billfold/core', 'imports its own package by name'],
  ])('fails where %s', (_, file, specifier, fault) => {
    const folder = packagesWith({ [`core/src/${file}`]: `import { x } from '${specifier}'\n` })
    expect(violations(folder)).toEqual([expect.stringContaining(fault)])
  })

  it('lets a private package, which only tests, import any', () => {
    const files = { 'http-tests/src/a.ts': "import { x } from '@billfold/koa-adapter'\n" }
    expect(violations(packagesWith(files))).toEqual([expect.stringContaining('http-tests has no layer yet')])
    expect(violations(packagesWith({ ...files, 'http-tests/package.json': '{"private":true}' }))).toEqual([])
  })

  it('fails on a circle, of types too', () => {
    const folder = packagesWith({
      'core/src/users/a.ts': "import type { B } from './b.ts'\n",
      'core/src/users/b.ts': "import {\n  c,\n} from './c.ts'\n",
      'core/src/users/c.ts': "export * from './a.ts'\n",
    })
    expect(violations(folder)).toEqual([
      'imports in a circle: core/src/users/a.ts -> core/src/users/b.ts -> core/src/users/c.ts -> core/src/users/a.ts',
    ])
  })

  it('sees every way to import, and no example in a comment', () => {
    const source = `import './a.ts'
import b, { type C } from "./b.ts"
export { d } from './d.ts'
const e = await import('./e.ts')
type F = import('./f.ts').F
/**
 * import { no } from './no.ts'
 */
// import { no } from './no.ts'
`
    expect(importsOf(source)).toEqual(['./a.ts', './b.ts', './d.ts', './e.ts', './f.ts'])
  })
})
