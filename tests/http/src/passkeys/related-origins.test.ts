import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { passkeys } from '@billfold/passkeys'
import { expect, test } from 'vitest'
import { describeMounted } from '../hosts/describe-mounted.ts'

const relyingParty = { rpId: 'example.com', rpName: 'Example', origins: ['https://example.com'] } as const
const other = { ...relyingParty, rpId: 'example.net', origins: ['https://example.net'] }

describeMounted(
  'the origins related to a relying party',
  () =>
    Promise.resolve(
      createBillfold({
        storage: memoryStorage(),
        keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
        modules: [
          passkeys({
            ...relyingParty,
            relatedOrigins: ['https://example.org', 'https://example.co.uk'],
            tenants: { other: { ...other, relatedOrigins: ['https://example.info'] } },
          }),
        ],
      }).passkeys,
    ),
  (client) => {
    test('are served to browsers, which ask without credentials, and nothing else', async () => {
      const { status, headers, json } = await client.request('GET', '/.well-known/webauthn')
      expect({ status, json }).toEqual({
        status: 200,
        json: { origins: ['https://example.org', 'https://example.co.uk'] },
      })
      expect(headers['content-type']).toMatch(/^application\/json/)
      expect((await client.request('POST', '/.well-known/webauthn', { json: {} })).status).toBe(405)
      expect((await client.request('GET', '/.well-known/webauthn?tenant=other')).json).toEqual(json)
    })
  },
)
