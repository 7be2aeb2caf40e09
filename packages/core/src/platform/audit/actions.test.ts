import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { auditActions } from '../../built-in-modules.ts'

// The type of `auditWrite` ensures the reverse: every action in the code is declared by a module.
test('every declared audit action is recorded somewhere in the sources', () => {
  const folder = fileURLToPath(new URL('../..', import.meta.url))
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.endsWith('module.ts'))
    .map((path) => readFileSync(`${folder}/${path}`, 'utf8'))
    .join('\n')
  // These names are composed from a state.
  const composed = /^(did-wallet\.update|payment)[.-](done|stopped|expired|cancelled)$/
  const unused = Object.keys(auditActions).filter(
    (action) => !sources.includes(`'${action}'`) && !composed.test(action),
  )
  expect(unused).toEqual([])
})
