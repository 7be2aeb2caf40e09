import { expect, test } from 'vitest'
import { assertPlainMessages, parseConfigurations } from './offer-schema.ts'

const identity = { format: 'dc+sd-jwt', vct: 'urn:example:identity:1' }
const es256 = { proof_signing_alg_values_supported: ['ES384', 'ES256'] }
const parse = (proofTypes: object | undefined) =>
  parseConfigurations(['a'], { a: { ...identity, ...(proofTypes && { proof_types_supported: proofTypes }) } })
const unsupported = expect.objectContaining({ code: 'held-offer.unsupported' })

test.each([
  ['nothing', undefined],
  ['a JWT with ES256', { jwt: es256 }],
  ['a JWT with ES256, or an attestation', { jwt: es256, attestation: { ...es256, key_attestations_required: {} } }],
])('a credential whose key is proven by %s is offered', (_, types) => {
  expect(Object.keys(parse(types))).toEqual(['a'])
})

test.each([
  ['an attestation only', { attestation: es256 }],
  ['a JWT with other algorithms only', { jwt: { proof_signing_alg_values_supported: ['ES384', 'EdDSA'] } }],
  ['a JWT with an attested key', { jwt: { ...es256, key_attestations_required: {} } }],
])('a credential whose key is proven by %s is not supported', (_, types) => {
  expect(() => parse(types)).toThrow(unsupported)
})

test('of two credentials the one is offered whose key can be proven', () => {
  const supported = { a: { ...identity, proof_types_supported: { attestation: es256 } }, b: identity }
  expect(Object.keys(parseConfigurations(['a', 'b'], supported))).toEqual(['b'])
})

test('an issuer that encrypts if it is asked to is supported, and one that requires it is not', () => {
  const optional = { encryption_required: false }
  const required = { encryption_required: true }
  expect(() => assertPlainMessages({ credential_request_encryption: optional })).not.toThrow()
  expect(() => assertPlainMessages({ credential_response_encryption: optional })).not.toThrow()
  expect(() => assertPlainMessages({ credential_request_encryption: required })).toThrow(unsupported)
  expect(() => assertPlainMessages({ credential_response_encryption: required })).toThrow(unsupported)
})
