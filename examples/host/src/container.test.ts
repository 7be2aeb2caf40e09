import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
const sources = ['settings.ts', 'keyring.ts'].map((file) => read(`src/${file}`)).join('\n')
const known = new Set([...sources.matchAll(/\b([A-Z][A-Z_]{3,})\b/g)].map(([, name = '']) => name))

/** The image is not built by the suites: what can be read is checked. */
describe('the container of the example host', () => {
  test('sets only what the host reads', () => {
    const environment = /^ENV (.+)$/m.exec(read('Dockerfile'))?.[1] ?? ''
    const compose = /\n {4}environment:\n((?: {6}.+\n)+)/.exec(read('compose.yaml'))?.[1] ?? ''
    const names = [
      ...[...environment.matchAll(/(\w+)=/g)].map(([, name = '']) => name),
      ...[...compose.matchAll(/^ {6}(\w+):/gm)].map(([, name = '']) => name),
    ]
    expect(names).toEqual(expect.arrayContaining(['NODE_ENV', 'DATABASE_URL', 'BILLFOLD_KEYS', 'DEMO']))
    for (const name of names) expect([...known, 'BILLFOLD_KEYS']).toContain(name)
  })

  test('starts a file that the build writes, as a user without rights, with node as the first process', () => {
    const file = read('Dockerfile')
    expect(file).toContain('CMD ["node", "--disable-warning=ExperimentalWarning", "examples/host/dist/main.js"]')
    expect(file.indexOf('USER node')).toBeLessThan(file.indexOf('CMD ["node", "--disable'))
    expect(existsSync(new URL('../../../scripts/bootstrap.mjs', import.meta.url))).toBe(true)
    expect(file).toContain('RUN node scripts/bootstrap.mjs --host')
  })

  test('is built from every file of the repository, whatever its ignore file leaves out', () => {
    const args = ['ls-files', '--cached', '--ignored', '--exclude-from=examples/host/Dockerfile.dockerignore']
    const cwd = fileURLToPath(new URL('../../../', import.meta.url))
    const { status, stdout } = spawnSync('git', args, { cwd, encoding: 'utf8' })
    expect({ status, ignored: stdout }).toEqual({ status: 0, ignored: '' })
  })

  test('contains no secret, and asks for those that it needs', () => {
    const compose = read('compose.yaml')
    expect(compose).toMatch(/BILLFOLD_KEYS: \$\{BILLFOLD_KEYS:\?/)
    expect(compose).toMatch(/POSTGRES_PASSWORD: \$\{POSTGRES_PASSWORD:\?/)
    expect(read('Dockerfile.dockerignore')).toMatch(/^\*\*\/\.env$/m)
  })
})
