import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { root, runProgram } from './run-command.mjs'

const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
const config = join(root, '.dependency-cruiser.mjs')
const folders: string[] = []

/** The violations of a planted repository, as `rule: from → to`, and the exit status of the check. */
async function cruise(files: Readonly<Record<string, string>>) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'billfold-imports-')))
  folders.push(folder)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  for (const name of ['core', 'cli']) installPackage(folder, name)
  const args = [program, '--config', config, '--output-type', 'err', 'packages', 'tests']
  const { status, output } = await runProgram(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
  })
  const violations = [...output.matchAll(/^ {2}error (.*?) ?$/gm)].map(([, line]) => line)
  return { status, violations: violations.toSorted((a, b) => String(a).localeCompare(String(b))), output }
}

/** Makes a planted package reachable by its name, as pnpm does. */
function installPackage(folder: string, name: string): void {
  const home = join(folder, 'packages', name)
  mkdirSync(join(home, 'src'), { recursive: true })
  mkdirSync(join(folder, 'tests'), { recursive: true })
  const exports = { '.': { 'billfold-source': './src/index.ts' } }
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: `@billfold/${name}`, type: 'module', exports }))
  writeFileSync(join(home, 'src/index.ts'), 'export const x = 1\n')
  const scope = join(folder, 'node_modules/@billfold')
  mkdirSync(scope, { recursive: true })
  symlinkSync(home, join(scope, name))
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

const importing = (specifier: string) => `import { x } from '${specifier}'\nexport const y = x\n`

describe('the check of imports', () => {
  it('passes for imports of contexts above, of allowed products and of allowed packages', async () => {
    const { status, violations, output } = await cruise({
      'packages/core/src/kernel/ids.ts': 'export const x = 1\n',
      'packages/core/src/platform/services.ts': importing('../kernel/ids.ts'),
      'packages/core/src/custody/wallet.ts': importing('../platform/services.ts').replace('x', 'y as x'),
      'packages/core/src/dids/vault.ts': importing('../custody/wallet.ts').replace('x', 'y as x'),
      'packages/core/src/maintenance/maintain.ts': importing('../dids/vault.ts').replace('x', 'y as x'),
      'packages/core/src/billfold.ts': importing('./maintenance/maintain.ts').replace('x', 'y as x'),
      'packages/core/src/test-fixtures/fixture.ts': importing('../billfold.ts').replace('x', 'y as x'),
      'packages/core/src/kernel/ids.test.ts': importing('../test-fixtures/fixture.ts').replace('x', 'y as x'),
      'packages/express-adapter/src/index.ts': importing('@billfold/core'),
      'tests/http/src/suite.ts': importing('@billfold/cli'),
    })
    expect(violations, output).toEqual([])
    expect(status).toBe(0)
  })

  it('fails on a back edge, on an edge between products and on a folder without a place', async () => {
    const { status, violations } = await cruise({
      'packages/core/src/kernel/ids.ts': importing('../platform/services.ts'),
      'packages/core/src/platform/services.ts': 'export const x = 1\n',
      'packages/core/src/identity/users.ts': "export type { y } from '../payments/ledger.ts'\n",
      'packages/core/src/payments/ledger.ts': importing('../billfold.ts'),
      'packages/core/src/custody/wallet.ts': importing('../dids/vault.ts'),
      'packages/core/src/dids/vault.ts': "export const x = await import('../telemetry/spans.ts')\n",
      'packages/core/src/telemetry/spans.ts': 'export const x = 1\n',
      'packages/core/src/client/login.ts': importing('../kernel/errors.ts'),
      'packages/core/src/kernel/errors.ts': 'export const x = 1\n',
      'packages/core/src/misc/a.ts': importing('../kernel/errors.ts'),
      'packages/core/src/billfold.ts': 'export const x = 1\n',
    })
    expect(violations).toEqual([
      'client-imports: packages/core/src/client/login.ts → packages/core/src/kernel/errors.ts',
      'custody-imports: packages/core/src/custody/wallet.ts → packages/core/src/dids/vault.ts',
      'dids-imports: packages/core/src/dids/vault.ts → packages/core/src/telemetry/spans.ts',
      'identity-imports: packages/core/src/identity/users.ts → packages/core/src/payments/ledger.ts',
      'kernel-imports: packages/core/src/kernel/ids.ts → packages/core/src/platform/services.ts',
      'payments-imports: packages/core/src/payments/ledger.ts → packages/core/src/billfold.ts',
      'unplaced-in-core: packages/core/src/misc/a.ts → packages/core/src/kernel/errors.ts',
    ])
    expect(status).not.toBe(0)
  })

  it('fails on a cycle, of types too', async () => {
    const { status, output } = await cruise({
      'packages/core/src/kernel/a.ts': "import type { B } from './b.ts'\nexport type A = B\n",
      'packages/core/src/kernel/b.ts': "import {\n  c,\n} from './c.ts'\nexport type B = typeof c\n",
      'packages/core/src/kernel/c.ts': "export type * from './a.ts'\nexport const c = 1\n",
    })
    expect(output).toContain('error no-circular: packages/core/src/kernel/a.ts')
    expect(status).not.toBe(0)
  })

  it('fails on imports between packages that the table does not name, by path and of fixtures', async () => {
    const { status, violations } = await cruise({
      'packages/core/src/kernel/a.ts': importing('@billfold/cli'),
      'packages/core/src/kernel/b.ts': importing('@billfold/core'),
      'packages/core/src/kernel/c.ts': importing('../../../cli/src/index.ts'),
      'packages/core/src/kernel/d.ts': importing('../test-fixtures/fixture.ts'),
      'packages/core/src/kernel/e.ts': importing('./f.test.ts'),
      'packages/core/src/kernel/f.test.ts': 'export const x = 1\n',
      'packages/core/src/kernel/g.ts': importing('./gone.ts'),
      'packages/core/src/test-fixtures/fixture.ts': 'export const x = 1\n',
      'packages/express-adapter/src/index.ts': importing('@billfold/cli'),
      'packages/unnamed/src/index.ts': importing('@billfold/core'),
    })
    expect(violations).toEqual([
      'core-package-imports: packages/core/src/kernel/a.ts → packages/cli/src/index.ts',
      'core-package-imports: packages/core/src/kernel/c.ts → packages/cli/src/index.ts',
      'express-adapter-package-imports: packages/express-adapter/src/index.ts → packages/cli/src/index.ts',
      'kernel-imports: packages/core/src/kernel/b.ts → packages/core/src/index.ts',
      'kernel-imports: packages/core/src/kernel/d.ts → packages/core/src/test-fixtures/fixture.ts',
      'no-import-of-itself-by-name: packages/core/src/kernel/b.ts → packages/core/src/index.ts',
      'no-import-of-tests: packages/core/src/kernel/e.ts → packages/core/src/kernel/f.test.ts',
      'no-path-into-another-package: packages/core/src/kernel/c.ts → packages/cli/src/index.ts',
      'resolvable: packages/core/src/kernel/g.ts → ./gone.ts',
      'test-fixtures-from-tests-only: packages/core/src/kernel/d.ts → packages/core/src/test-fixtures/fixture.ts',
      'unplaced-package: packages/unnamed/src/index.ts → packages/core/src/index.ts',
    ])
    expect(status).not.toBe(0)
  })
})
