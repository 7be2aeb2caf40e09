import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { acts } from './acts.ts'

// That every act of the code is in the list, its type holds.
test('every act of the list is one that something records', () => {
  const folder = fileURLToPath(new URL('..', import.meta.url))
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.endsWith('acts.ts'))
    .map((path) => readFileSync(`${folder}/${path}`, 'utf8'))
    .join('\n')
  // These are put together of a state.
  const composed = /^(identity\.configuration|payment)[.-](done|stopped|expired|cancelled)$/
  const unused = Object.keys(acts).filter((act) => !sources.includes(`'${act}'`) && !composed.test(act))
  expect(unused).toEqual([])
})
