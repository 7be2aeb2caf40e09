import { expect, test } from 'vitest'
import type { Route } from './http/index.ts'
import { createBuiltInParts } from './test-fixtures/built-in-parts.ts'
import { testServices } from './test-fixtures/services.ts'

const escape = (text: string): string => text.replaceAll('|', '\\|')

function row({ method, path, guard, id, summary }: Route): string {
  return `| ${[method, `\`${path}\``, guard.name, `\`${id}\``, summary].map(escape).join(' | ')} |`
}

/** Run `vitest run packages/core/src/routes-page.test.ts --update` to regenerate the page. */
test('docs/routes.md lists every route of every API', async () => {
  const { authentication, custody, dids, onboarding, payments } = createBuiltInParts(testServices())
  const apis = [authentication.api, custody.api, dids.api, onboarding.api, payments.api]
  const page = [
    '# Routes',
    '',
    'Every route of every API, in the order in which they are registered. Paths are below the mount path. Each API also',
    'serves its OpenAPI document at `GET /openapi.json`, without authentication.',
    '',
    ...apis.flatMap(({ name, title, routes }) => [
      `## ${title}`,
      '',
      `\`billfold.${name}\`, ${routes.length} routes.`,
      '',
      '| method | path | caller | operation | summary |',
      '|---|---|---|---|---|',
      ...routes.map(row),
      '',
    ]),
  ]
  await expect(page.join('\n')).toMatchFileSnapshot('../../../docs/routes.md')
})
