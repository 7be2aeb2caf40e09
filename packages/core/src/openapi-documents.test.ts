import { createConfig, lintFromString } from '@redocly/openapi-core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createBuiltInParts } from './test-fixtures/built-in-parts.ts'
import { testServices } from './test-fixtures/services.ts'
import { openApiDocument } from './http/index.ts'

const { authentication, custody, dids, onboarding, payments } = createBuiltInParts(testServices())
const apis = [authentication.api, custody.api, dids.api, onboarding.api, payments.api].map(
  (api) => [api.name, api] as const,
)

const operation = z.object({
  tags: z.array(z.string()),
  description: z.string(),
  requestBody: z
    .object({ content: z.record(z.string(), z.looseObject({ example: z.unknown().optional() })) })
    .optional(),
})

const shape = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({
    schemas: z.record(z.string(), z.unknown()),
    securitySchemes: z.record(z.string(), z.looseObject({ type: z.string(), description: z.string().optional() })),
  }),
})

/** All rules of the linter, with those that are off where they cannot apply to a document without a fixed server. */
const config = await createConfig({
  extends: ['recommended-strict'],
  rules: {
    'operation-description': 'error',
    'operation-tag-defined': 'error',
    'operation-singular-tag': 'error',
    'tag-description': 'error',
    'no-invalid-schema-examples': 'error',
    'no-invalid-media-type-examples': { severity: 'error', allowAdditionalProperties: true },
    // An operation without input and without authentication has no 4xx; a redirect and a withdrawn operation have no 2xx.
    'operation-4xx-response': 'off',
    'operation-2xx-response': 'off',
    // The paths are those of the products that the APIs are compatible with.
    'no-ambiguous-paths': 'off',
    // The server of the document is the path at which the host mounts the API.
    'no-server-trailing-slash': 'off',
    'no-empty-servers': 'off',
  },
})

describe.each(apis)('the OpenAPI document of the %s API', (_, api) => {
  const document = openApiDocument(api, { serverUrl: '/mounted' })

  test('has no problems for a linter', async () => {
    const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: 'document.json', config })
    const lines = problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`)
    expect(lines.slice(0, 20)).toEqual([])
  })

  test('describes every operation, and gives an example of every body', () => {
    for (const [path, operations] of Object.entries(shape.parse(document).paths))
      for (const [method, { tags, description, requestBody }] of Object.entries(operations)) {
        const name = `${method} ${path}`
        expect([name, tags.length]).toEqual([name, 1])
        expect(description.length, name).toBeGreaterThan(20)
        for (const [type, { example }] of Object.entries(requestBody?.content ?? {}))
          if (!type.startsWith('multipart/')) expect(example, name).toBeDefined()
      }
  })

  test('names its errors once, and describes how callers authenticate', () => {
    const { schemas, securitySchemes } = shape.parse(document).components
    expect(Object.keys(schemas)).toContain('Error')
    expect(Object.keys(schemas).filter((name) => /[0-9]$/.test(name) && !/Part[0-9]$/.test(name))).toEqual([])
    for (const [name, scheme] of Object.entries(securitySchemes)) {
      expect(scheme.type, name).toMatch(/^(?:http|apiKey)$/)
      expect(scheme.description?.length ?? 0, name).toBeGreaterThan(10)
    }
  })
})

test('the custody document names users, wallets, chains and types of signing method', () => {
  const { schemas } = shape.parse(openApiDocument(custody.api)).components
  expect(Object.keys(schemas)).toEqual(
    expect.arrayContaining([
      'Error',
      'User',
      'Wallet',
      'Balance',
      'SigningMethod',
      'Signature',
      'Transaction',
      'Chain',
    ]),
  )
  expect(schemas['SecretType']).toMatchObject({ enum: expect.arrayContaining(['ETHEREUM', 'BITCOIN']) })
  expect(schemas['SigningMethodType']).toMatchObject({ enum: expect.arrayContaining(['PIN', 'EMERGENCY_CODE']) })
})
