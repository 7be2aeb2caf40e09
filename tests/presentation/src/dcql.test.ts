import { DcqlQuery } from 'dcql'
import { eudiPid, eudiPidQuery, mdoc, presentationQuery, sdJwt } from '@billfold/credentials'
import { expect, test } from 'vitest'

const adult = presentationQuery({
  id: 'adult',
  any: [
    sdJwt({ vct: 'urn:eudi:pid:1', claims: { adult: ['age_equal_or_over', '18'], nations: ['nationalities', null] } }),
    mdoc({
      docType: 'org.iso.18013.5.1.mDL',
      claims: { adult: ['org.iso.18013.5.1', 'age_over_18'], nations: ['n', 'e'] },
    }),
  ],
})

test.each([
  ['eudiPid', eudiPid],
  [
    'a PID with an address',
    eudiPidQuery(['family_name', 'resident_address'], { id: 'address', retain: ['family_name'] }),
  ],
  ['alternatives', adult],
])('the query of %s is one for the other library, and is satisfied by what it asks for', (_, { dcql }) => {
  const parsed = DcqlQuery.parse(JSON.parse(JSON.stringify(dcql)))
  DcqlQuery.validate(parsed)
  const sdJwtClaims = {
    given_name: 'Erika',
    family_name: 'Mustermann',
    birthdate: '1984-01-26',
    nationalities: ['DE'],
    address: { formatted: 'Köln' },
    age_equal_or_over: { 18: true },
  }
  const held = {
    credential_format: 'dc+sd-jwt' as const,
    vct: 'urn:eudi:pid:1',
    claims: sdJwtClaims,
    cryptographic_holder_binding: true,
  }
  expect(DcqlQuery.query(parsed, [held]).can_be_satisfied).toBe(true)
  const { birthdate: __, family_name: ___, age_equal_or_over: ____, ...less } = sdJwtClaims
  expect(DcqlQuery.query(parsed, [{ ...held, claims: less }]).can_be_satisfied).toBe(false)
})
