import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ada, identity, publicUrl } from '../test-fixtures/issuer-host.ts'
import {
  createWalletHost,
  createWalletPki,
  type HolderReply,
  type WalletHost,
  type WalletPki,
} from '../test-fixtures/wallet-host.ts'

let pki: WalletPki

beforeAll(async () => {
  pki = await createWalletPki()
})

const codeOf = ({ status, body }: HolderReply) => [status, body['code']]
const idOf = ({ body }: HolderReply) => z.string().parse(body['id'])

describe('a holder', () => {
  test('attests itself to an issuer of the profile haip, and takes nothing without a wallet provider', async () => {
    const offer = async (of: WalletHost) => (await of.billfold.credentials.issuer.offer(identity, { claims: ada })).uri
    const plain = await createWalletHost(pki, { profile: 'haip' })
    const one = await plain.createUser()
    const resolved = await plain.call(one, 'POST', '/offers', { offer: await offer(plain) })
    expect(codeOf(await plain.call(one, 'POST', `/offers/${idOf(resolved)}/accept`, {}, one.method))).toEqual([
      400,
      'held-offer.unsupported',
    ])
    const holder = { walletProvider: { clientId: 'wallet', signer: pki.provider } }
    const attested = await createWalletHost(pki, { profile: 'haip', holder })
    const two = await attested.createUser()
    const again = await attested.call(two, 'POST', '/offers', { offer: await offer(attested) })
    expect(await attested.call(two, 'POST', `/offers/${idOf(again)}/accept`, {}, two.method)).toMatchObject({
      status: 200,
    })
    const untrusted = { walletProvider: { clientId: 'wallet', signer: pki.verifier } }
    const other = await createWalletHost(pki, { profile: 'haip', holder: untrusted })
    const three = await other.createUser()
    const refused = await other.call(three, 'POST', '/offers', { offer: await offer(other) })
    expect((await other.call(three, 'POST', `/offers/${idOf(refused)}/accept`, {}, three.method)).body).toMatchObject({
      message: 'The issuer refused: invalid_client',
    })
  })

  test('does not take a credential whose issuer is not trusted', async () => {
    const stranger = await createWalletHost(pki, { issuer: { signer: pki.verifier, display: [{ name: 'Example' }] } })
    const one = await stranger.createUser()
    const { uri } = await stranger.billfold.credentials.issuer.offer(identity, { claims: ada })
    const resolved = await stranger.call(one, 'POST', '/offers', { offer: uri })
    expect(resolved.body).toMatchObject({ issuer: { trusted: false } })
    const { hostname } = new URL(publicUrl)
    expect(resolved.body).toMatchObject({ issuer: { name: hostname, claimedName: 'Example' } })
    const accept = (json: object) => stranger.call(one, 'POST', `/offers/${idOf(resolved)}/accept`, json, one.method)
    expect(codeOf(await accept({}))).toEqual([403, 'issuer.untrusted'])
    expect(codeOf(await accept({ acceptUntrusted: true }))).toEqual([403, 'issuer.untrusted'])
    expect((await stranger.call(one, 'GET', '/credentials')).body).toEqual({ credentials: [] })
    expect((await stranger.billfold.credentials.issuer.list())[0]?.event).toBe('credential_failure')
  })
})
