import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { openApiDocument } from '@billfold/core/http'
import openapiTypeScript, { astToString } from 'openapi-typescript'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { CustodySchemas } from './index.ts'

const keyring = localKeyring({ keys: { 1: newKey() }, currentKeyId: '1' })
const billfold = createBillfold({ storage: memoryStorage(), keyring })

/** Examples are for people, and twice as long as the types. */
function withoutExamples(key: string, value: unknown): unknown {
  return key === 'example' ? undefined : value
}

/** `npm run generate --prefix packages/api-client` writes them again. */
describe('the generated types', () => {
  test.each(['authentication', 'onboarding', 'dids', 'custody', 'payments'] as const)(
    'of the %s API are those of its OpenAPI document',
    async (name) => {
      const nodes = await openapiTypeScript(JSON.stringify(openApiDocument(billfold[name]), withoutExamples))
      const text = `// Generated from the OpenAPI document: do not edit.\n${astToString(nodes)}`
      await expect(text).toMatchFileSnapshot(`./generated/${name}.ts`)
    },
  )

  test('name users, wallets and errors, and know the chains and types of signing method', () => {
    expectTypeOf<CustodySchemas['Wallet']['address']>().toEqualTypeOf<string>()
    expectTypeOf<'ETHEREUM'>().toExtend<CustodySchemas['SecretType']>()
    expectTypeOf<'PIN'>().toExtend<CustodySchemas['SigningMethodType']>()
    expectTypeOf<'NONSENSE'>().not.toExtend<CustodySchemas['SecretType']>()
  })
})
