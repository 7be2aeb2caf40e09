import { expect, test } from 'vitest'
import { toUrl } from './site-urls.ts'

test.each([
  ['docs/custody.md', 'custody.html'],
  ['packages/core/README.md', 'packages/core.html'],
  ['.ci/run', 'source/dot-ci/run.html'],
  ['docs/images/console.png', 'files/docs/images/console.png'],
  ['packages/core/src/billfold.ts', 'source/packages/core/src/billfold.ts.html'],
  // A page whose name ends with `.html` twice would come out empty.
  ['examples/passkeys/public/index.html', 'source/examples/passkeys/public/index-html.html'],
])('the file %s is at %s on the site', (path, url) => {
  expect(toUrl(path)).toBe(url)
})
