import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { missingDocstrings } from './docstrings.ts'

it('names the exports of a module that nothing is said about', () => {
  const folder = mkdtempSync(join(tmpdir(), 'docstrings-'))
  try {
    const inner = 'export interface Bare {}\n/** Said. */\nexport declare function said(): void\n'
    writeFileSync(join(folder, 'inner.d.mts'), inner)
    writeFileSync(join(folder, 'index.d.mts'), "export * from './inner.mjs'\nexport declare const mute: number\n")
    expect(missingDocstrings([{ name: 'm', declarations: join(folder, 'index.d.mts') }]).toSorted()).toEqual([
      'm: Bare has no docstring',
      'm: mute has no docstring',
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
