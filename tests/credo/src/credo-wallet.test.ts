import { MdocRecord, SdJwtVcRecord } from '@credo-ts/core'
import { ada, identity, type IssuerServer, startIssuer } from '@billfold/issuance-tests'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCredoWallet, type CredoWallet, presentCredential, receiveCredential } from './credo-wallet.ts'

const formats = [
  { format: 'sd-jwt', received: 'dc+sd-jwt' },
  { format: 'mdoc', received: 'mso_mdoc' },
] as const

describe.each(formats)('a wallet of Credo', ({ format, received }) => {
  let server: IssuerServer
  let wallet: CredoWallet

  beforeEach(async () => {
    server = await startIssuer()
    wallet = await createCredoWallet(server.authorities)
  })
  afterEach(() => server.close())

  const receive = async () => {
    const { uri } = await server.billfold.credentials.issuer.offer(identity, { claims: ada })
    const { record } = await receiveCredential(wallet, uri, `identity.${format}`, 3)
    if (record instanceof SdJwtVcRecord) await wallet.sdJwtVc.store({ record })
    if (record instanceof MdocRecord) await wallet.mdoc.store({ record })
    return record
  }

  test(`takes a batch of ${received}, verified by its own rules`, async () => {
    const record = await receive()
    expect(record.credentialInstances).toHaveLength(3)
    expect(await server.billfold.credentials.issuer.list({})).toHaveLength(3)
  })

  test(`presents ${received} to a signed request, encrypted`, async () => {
    await receive()
    const { verifier } = server.billfold.credentials
    const { uri = '', transaction } = await verifier.request({ query: 'identity', flow: 'cross-device' })
    expect(await presentCredential(wallet, uri)).toBe(200)
    expect(await verifier.result({ transaction })).toMatchObject({
      status: 'verified',
      attributes: { given_name: 'Ada' },
      credentials: [{ format: received, issuer: 'CN=Document signer, C=UT' }],
    })
  })

  test(`is refused with ${received} that was revoked`, async () => {
    await receive()
    const { issuer, verifier } = server.billfold.credentials
    for (const { id } of await issuer.list({}))
      await server.billfold.credentials.records.changeStatus(id, { status: 'revoked', reason: 'test' })
    const { uri = '', transaction } = await verifier.request({ query: 'identity', flow: 'cross-device' })
    await presentCredential(wallet, uri).catch(() => undefined)
    const { status, code } = await verifier.result({ transaction })
    expect([status, code]).toEqual(['refused', 'credential.revoked'])
  })

  test('does not answer a verifier that it does not trust', async () => {
    const stranger = await createCredoWallet([server.keyStorage.authority])
    const { uri = '' } = await server.billfold.credentials.verifier.request({
      query: 'identity',
      flow: 'cross-device',
    })
    await expect(presentCredential(stranger, uri)).rejects.toThrow(/certificate/i)
  })
})
