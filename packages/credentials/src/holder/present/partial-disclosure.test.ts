import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ClaimPath } from '../../formats/claim-path.ts'
import type { Disclosure } from '../../formats/sd-jwt/create-sd-jwt.ts'
import { credentialType } from '../../issuer/types/credential-type.ts'
import { createWalletHost, createWalletPki, type WalletPki } from '../../test-fixtures/wallet-host.ts'

const vct = 'urn:example:resident:1'
const claims = {
  name: 'Ada',
  address: { country: 'GB', place: { town: 'London', street: 'St James' } },
  nationalities: ['GB', 'FR'],
}
const idSchema = z.object({ id: z.string() })
const acceptedSchema = z.object({ credentials: z.tuple([z.string()]) })
const path = z.array(z.union([z.string(), z.number()]))
const consentSchema = z.object({
  consent: z.string(),
  disclosed: z.tuple([z.object({ claims: z.array(path), always: z.array(z.string()) })]),
  values: z.tuple([z.object({ values: z.array(z.object({ path, value: z.unknown() })) })]),
})

let pki: WalletPki

beforeAll(async () => {
  pki = await createWalletPki()
})

/** Presents one claim of a resident to a verifier that refuses more. Returns what the user agreed to, and the result. */
async function present(wanted: ClaimPath, disclosure: Disclosure = 'all') {
  const resident = credentialType({
    id: 'resident',
    claims: z.object({
      name: z.string(),
      address: z.object({ country: z.string(), place: z.object({ town: z.string(), street: z.string() }) }),
      nationalities: z.array(z.string()),
    }),
    sdJwt: { vct, disclosure },
  })
  const host = await createWalletHost(pki, { types: [resident] })
  const user = await host.createUser()
  const call = (target: string, json: object) => host.call(user, 'POST', target, json, user.method)
  const { issuer, verifier } = host.billfold.credentials
  const { uri: offer } = await issuer.offer(resident, { claims })
  const { id: offerId } = idSchema.parse((await call('/offers', { offer })).body)
  const accepted = await call(`/offers/${offerId}/accept`, {})
  const [credential] = acceptedSchema.parse(accepted.body).credentials
  const query = { id: 'a', format: 'dc+sd-jwt' as const, meta: { vct_values: [vct] }, claims: [{ path: [...wanted] }] }
  const { uri, transaction } = await verifier.request({ dcql: { credentials: [query] }, flow: 'cross-device' })
  const { id } = idSchema.parse((await call('/requests', { uri })).body)
  const choice = { a: credential }
  const { consent, disclosed, values } = consentSchema.parse((await call(`/requests/${id}/consent`, { choice })).body)
  await call(`/requests/${id}/present`, { choice, consent })
  const { status, attributes } = await verifier.result({ transaction })
  return { disclosed: disclosed[0], values: values[0].values, status, attributes }
}

describe('a credential of which a verifier asks for', () => {
  test('a member of an object discloses that member alone', async () => {
    expect(await present(['address', 'country'])).toEqual({
      disclosed: { claims: [['address'], ['address', 'country']], always: [] },
      values: [
        { path: ['address'], value: { country: 'GB' } },
        { path: ['address', 'country'], value: 'GB' },
      ],
      status: 'verified',
      attributes: { 'address.country': 'GB' },
    })
  })

  test('a member of a member discloses that alone', async () => {
    const { values, status, attributes } = await present(['address', 'place', 'town'])
    expect(values[0]).toEqual({ path: ['address'], value: { place: { town: 'London' } } })
    expect([status, attributes]).toEqual(['verified', { 'address.place.town': 'London' }])
  })

  test('an object discloses all that is in it', async () => {
    const { values, status, attributes } = await present(['address'])
    expect(values[0]).toEqual({ path: ['address'], value: claims.address })
    expect([status, attributes]).toEqual(['verified', { address: claims.address }])
  })

  test('all elements of an array discloses them', async () => {
    const { values, attributes } = await present(['nationalities', null])
    expect(values[0]).toEqual({ path: ['nationalities'], value: ['GB', 'FR'] })
    expect(attributes).toEqual({ 'nationalities.*': ['GB', 'FR'] })
  })

  test('a member of an object with another in the open shows both, since both are sent', async () => {
    const frame = { name: true, address: { place: true } }
    const { disclosed, values, status, attributes } = await present(['address', 'place', 'town'], frame)
    expect(disclosed.always).toEqual(['nationalities'])
    expect(values[0]).toEqual({ path: ['address'], value: claims.address })
    expect([status, attributes]).toEqual(['verified', { 'address.place.town': 'London' }])
  })
})
