import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  createPasskey,
  formatPasskeyMethod,
  type PasskeyBrowser,
  signalAcceptedPasskeys,
  usePasskey,
} from './passkeys.ts'

const rawId = Uint8Array.from(randomBytes(16))
const salt = randomBytes(32)
const prfKey = randomBytes(32)
const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const inputs = { prf: { eval: { first: encode(salt) } } }
const creation = {
  rp: { id: 'example.com', name: 'Example' },
  user: { id: encode(randomBytes(32)), name: 'ada', displayName: 'Ada' },
  challenge: encode(randomBytes(32)),
  excludeCredentials: [{ type: 'public-key', id: encode(rawId) }],
  extensions: inputs,
}
const request = { challenge: encode(randomBytes(64)), rpId: 'example.com', allowCredentials: [], extensions: inputs }

/** A browser whose authenticator gives the output of the PRF extension at these ceremonies. */
function fakeBrowser(prfAt: readonly ('create' | 'get')[]) {
  const asked: object[] = []
  const results = { first: Uint8Array.from(createHmac('sha256', prfKey).update(salt).digest()).buffer }
  const made = (ceremony: 'create' | 'get', response: object) => ({
    rawId: rawId.buffer,
    response: { clientDataJSON: Uint8Array.of(123, 125).buffer, ...response },
    getClientExtensionResults: () => ({
      prf: { enabled: prfAt.length > 0, ...(prfAt.includes(ceremony) && { results }) },
    }),
  })
  const browser: PasskeyBrowser = {
    create: async (options) => {
      asked.push(options)
      return made('create', { attestationObject: Uint8Array.of(1).buffer, getTransports: () => ['internal'] })
    },
    get: async (options) => {
      asked.push(options)
      return made('get', { authenticatorData: Uint8Array.of(2).buffer, signature: Uint8Array.of(3).buffer })
    },
  }
  return { browser, asked, output: encode(new Uint8Array(results.first)) }
}

const output = createHmac('sha256', prfKey).update(salt).digest()
const value = encode(new Uint8Array(hkdfSync('sha256', output, '', 'billfold signing method 1', 32)))

describe('createPasskey', () => {
  test('derives the value from the output of the PRF extension, and does not pass the output on', async () => {
    const { browser, asked, output: secret } = fakeBrowser(['create', 'get'])
    const made = await createPasskey(browser, creation)
    expect(made.value).toBe(value)
    expect(made.passkey).toMatchObject({
      rawId: encode(rawId),
      response: { clientDataJSON: 'e30', attestationObject: 'AQ', transports: ['internal'] },
      clientExtensionResults: { prf: { enabled: true } },
    })
    expect(JSON.stringify(made)).not.toContain(secret)
    expect(asked).toMatchObject([{ publicKey: { extensions: { prf: { eval: { first: Uint8Array.from(salt) } } } } }])
  })

  test('uses the passkey once if its authenticator gives the output only then', async () => {
    const { browser, asked } = fakeBrowser(['get'])
    expect((await createPasskey(browser, creation)).value).toBe(value)
    expect(asked).toHaveLength(2)
    expect(asked[1]).toMatchObject({ publicKey: { rpId: 'example.com', userVerification: 'required' } })
  })

  test('returns no value without the extension, and if the options do not ask for one', async () => {
    const without = await createPasskey(fakeBrowser([]).browser, creation)
    expect(without).not.toHaveProperty('value')
    expect(without.passkey['clientExtensionResults']).toEqual({ prf: { enabled: false } })
    const { browser, asked } = fakeBrowser(['get'])
    expect(await createPasskey(browser, { ...creation, extensions: { prf: {} } })).not.toHaveProperty('value')
    expect(asked).toHaveLength(1)
  })
})

describe('usePasskey', () => {
  test('returns the assertion and the value, which the header contains', async () => {
    const used = await usePasskey(fakeBrowser(['get']).browser, request)
    expect(used.value).toBe(value)
    const [id, presented = ''] = formatPasskeyMethod('method', used).split(':')
    const [assertion = '', secret] = presented.split('.')
    expect([id, secret]).toEqual(['method', value])
    expect(JSON.parse(Buffer.from(assertion, 'base64url').toString())).toEqual(used.passkey)
  })

  test('asks in the autofill of a field', async () => {
    const { browser, asked } = fakeBrowser([])
    const { signal } = new AbortController()
    await usePasskey(browser, { ...request, extensions: {} }, { autofill: true, signal })
    expect(asked).toMatchObject([{ mediation: 'conditional', signal }])
  })

  test('refuses options of another shape', async () => {
    const { browser } = fakeBrowser([])
    for (const options of [undefined, 'options', {}, { challenge: 1 }])
      await expect(usePasskey(browser, options)).rejects.toThrow(TypeError)
  })
})

test('signalAcceptedPasskeys does nothing in a browser without the Signal API', async () => {
  const signalled: object[] = []
  await signalAcceptedPasskeys({}, { rpId: 'example.com' })
  await signalAcceptedPasskeys(
    { signalAllAcceptedCredentials: async (all: object) => signalled.push(all) },
    { rpId: 'a' },
  )
  expect(signalled).toEqual([{ rpId: 'a' }])
})
