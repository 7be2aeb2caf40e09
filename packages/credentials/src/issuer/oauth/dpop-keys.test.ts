import { expect, test } from 'vitest'
import { generateEcKey } from '../../formats/generate-ec-key.ts'
import { importDpopKey } from './dpop-keys.ts'

const createJwk = () => {
  const { x = '', y = '' } = generateEcKey().export({ format: 'jwk' })
  return { kty: 'EC', crv: 'P-256', x, y } as const
}

test('a key is imported once while it is in use, and again after a thousand others', () => {
  const [used, unused] = [createJwk(), createJwk()]
  const keys = [importDpopKey(used), importDpopKey(unused)]
  for (let count = 0; count < 999; count++) {
    importDpopKey(createJwk())
    expect(importDpopKey(used)).toBe(keys[0])
  }
  expect(importDpopKey(unused)).not.toBe(keys[1])
  expect(importDpopKey(unused)?.equals(keys[1] ?? expect.fail('no key'))).toBe(true)
})

test('a point that is not on the curve is no key, now and later', () => {
  const { x } = createJwk()
  const { y } = createJwk()
  const jwk = { kty: 'EC', crv: 'P-256', x, y } as const
  expect([importDpopKey(jwk), importDpopKey(jwk)]).toEqual([undefined, undefined])
})
