import { expect, test } from 'vitest'
import { selectPageFrameworks } from './page-frameworks.ts'

test.each([{ CI: 'true' }, { BILLFOLD_TEST_FRAMEWORKS: 'all' }])(
  'the suites of the pages, with %o, run on every framework',
  (settings) => {
    expect(selectPageFrameworks(settings)).toEqual(['express', 'koa'])
  },
)

test('the suites of the pages, outside of CI, run on Express', () => {
  expect(selectPageFrameworks({})).toEqual(['express'])
  expect(selectPageFrameworks({ CI: 'false', BILLFOLD_TEST_FRAMEWORKS: 'one' })).toEqual(['express'])
})
