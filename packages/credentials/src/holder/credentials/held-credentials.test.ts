import { expect, test } from 'vitest'
import { z } from 'zod'
import { credentialType } from '../../issuer/types/credential-type.ts'
import { createWalletHost, createWalletPki } from '../../test-fixtures/wallet-host.ts'

const docType = 'com.example.photo.1'
const portrait = credentialType({
  id: 'photo',
  claims: z.object({ name: z.string() }),
  mdoc: {
    docType,
    elements: ({ name }) => ({
      [docType]: { name, portrait: new Uint8Array([0xff, 0xd8]), more: [{ sign: Buffer.from([1]) }] },
    }),
  },
})
const idSchema = z.object({ id: z.string() })
const acceptedSchema = z.object({ credentials: z.tuple([z.string()]) })

test('an mdoc with bytes, opened by its user, shows them in base64url wherever they are', async () => {
  const host = await createWalletHost(await createWalletPki(), { types: [portrait] })
  const user = await host.createUser()
  const { uri } = await host.billfold.credentials.issuer.offer(portrait, { claims: { name: 'Ada' } })
  const { id } = idSchema.parse((await host.call(user, 'POST', '/offers', { offer: uri })).body)
  const accepted = await host.call(user, 'POST', `/offers/${id}/accept`, {}, user.method)
  const [credential] = acceptedSchema.parse(accepted.body).credentials
  const opened = await host.call(user, 'POST', `/credentials/${credential}/open`, {}, user.method)
  expect(opened.body).toEqual({ claims: { [docType]: { name: 'Ada', portrait: '_9g', more: [{ sign: 'AQ' }] } } })
})
