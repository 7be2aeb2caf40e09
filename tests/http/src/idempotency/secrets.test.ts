import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { openApiDocument } from '@billfold/core/http'
import { expect, test } from 'vitest'

const billfold = createBillfold({
  storage: memoryStorage(),
  keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
})

/** The names of secrets that could be guessed: PINs, passwords and the values of signing methods. */
const secretName = /pin(code)?$|password$|^(encrypted-)?signing-method$|^signingMethod\.value$/

interface Field {
  readonly name: string
  readonly isMarked: boolean
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Lists the named schemas below a JSON value: the properties of objects, and parameters. */
function listFields(json: unknown, path = ''): readonly Field[] {
  if (Array.isArray(json)) return json.flatMap((item) => listFields(item, path))
  if (!isObject(json)) return []
  const { properties, name, schema } = json
  const named = isObject(properties) ? Object.entries(properties) : []
  const parameter = typeof name === 'string' && schema !== undefined ? [[name, schema] as const] : []
  const own = [...named, ...parameter].map(([field, type]) => ({
    name: path.endsWith('signingMethod') ? `signingMethod.${field}` : field,
    isMarked: JSON.stringify(type).includes('"format":"password"'),
  }))
  return [...own, ...Object.entries(json).flatMap(([key, value]) => listFields(value, `${path}.${key}`))]
}

test.each(['authentication', 'onboarding', 'dids', 'custody', 'payments'] as const)(
  'every PIN, password and signing method in a request to the %s API has the format password',
  (name) => {
    const { paths } = openApiDocument(billfold[name])
    const operations = Object.values(isObject(paths) ? paths : {}).flatMap((path) =>
      isObject(path) ? Object.values(path) : [],
    )
    const fields = operations.flatMap((operation) =>
      isObject(operation) ? listFields([operation['parameters'], operation['requestBody']]) : [],
    )
    const secrets = fields.filter((field) => secretName.test(field.name))
    expect(secrets.filter(({ isMarked }) => !isMarked)).toEqual([])
    const apisWithSecrets = ['authentication', 'dids', 'custody', 'payments']
    expect(secrets.length > 0).toBe(apisWithSecrets.includes(name))
  },
)
