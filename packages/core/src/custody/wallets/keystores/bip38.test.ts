import { NETWORK, p2pkh } from '@scure/btc-signer'
import { describe, expect, it } from 'vitest'
import { BillfoldError } from '../../../kernel/errors.ts'
import { decodeBase58check, encodeBase58check } from '../chains/base58.ts'
import { bip38Format } from './bip38.ts'

const format = bip38Format((publicKey) => p2pkh(publicKey, NETWORK).address)

/** The test vectors of BIP-38: the passphrase, the encrypted key, and the key in WIF. */
const vectors = [
  [
    'TestingOneTwoThree',
    '6PRVWUbkzzsbcVac2qwfssoUJAN1Xhrg6bNk8J7Nzm5H7kxEbn2Nh2ZoGg',
    '5KN7MzqK5wt2TP1fQCYyHBtDrXdJuXbUzm4A9rKAteGu3Qi5CVR',
  ],
  [
    'Satoshi',
    '6PRNFFkZc2NZ6dJqFfhRoFNMR9Lnyj7dYGrzdgXXVMXcxoKTePPX1dWByq',
    '5HtasZ6ofTHP6HCwTqTkLDuLQisYPah7aUnSKfC7h4hMUVw2gi5',
  ],
  [
    '\u03D2\u0301\u0000\u{10400}\u{1F4A9}',
    '6PRW5o9FLp4gJDDVqJQKJFTpMvdsSGJxMYHtHaQBF3ooa8mwD69bapcDQn',
    '5Jajm8eQ22H3pGWLEVCXyvND8dQZhiQhoLJNKjYXk9roUFTMSZ4',
  ],
  [
    'TestingOneTwoThree',
    '6PYNKZ1EAgYgmQfmNVamxyXVWHzK5s6DGhwP4J5o44cvXdoY7sRzhtpUeo',
    'L44B5gGEpqEDRS9vVPz7QT35jcBG2r3CZwSwQ4fCewXAhAhqGVpP',
  ],
  [
    'Satoshi',
    '6PYLtMnXvfG3oJde97zRyLYFZCYizPU5T3LwgdYJz1fRhh16bU7u6PPmY7',
    'KwYgW8gcxj1JWJXhPSu4Fqwzfhp5Yfi42mdYmMa4XqK7NJxXUSK7',
  ],
  [
    'TestingOneTwoThree',
    '6PfQu77ygVyJLZjfvMLyhLMQbYnu5uguoJJ4kMCLqWwPEdfpwANVS76gTX',
    '5K4caxezwjGCGfnoPTZ8tMcJBLB7Jvyjv4xxeacadhq8nLisLR2',
  ],
  [
    'Satoshi',
    '6PfLGnQs6VZnrNpmVKfjotbnQuaJK4KZoPFrAjx1JMJUa1Ft8gnf5WxfKd',
    '5KJ51SgxWaAYR13zd9ReMhJpwrcX47xTJh2D3fGPG9CM8vkv5sH',
  ],
  [
    'MOLON LABE',
    '6PgNBNNzDkKdhkT6uJntUXwwzQV8Rr2tZcbkDcuC9DZRsS6AtHts4Ypo1j',
    '5JLdxTtcTHcfYcmJsNVy1v2PMDx432JPoYcBTVVRHpPaxUrdtf8',
  ],
  [
    'ΜΟΛΩΝ ΛΑΒΕ',
    '6PgGWtx25kUg8QWvwuJAgorN6k9FbE25rv5dMRwu5SKMnfpfVe5mar2ngH',
    '5KMKKuUmAkiNbA3DazMQiLfDq47qs8MAEThm4yL8R2PhV1ov33D',
  ],
] as const

const codeOf = async (attempt: () => Promise<unknown>): Promise<unknown> => {
  try {
    return await attempt()
  } catch (error) {
    return error instanceof BillfoldError ? error.code : error
  }
}

describe('an encrypted key', () => {
  it.each(vectors)('is decrypted as in the vectors of BIP-38: %s %s', async (passphrase, encrypted, wif) => {
    const expected = decodeBase58check(wif)?.slice(1, 33) ?? []
    expect(Buffer.from(await format.parse(encrypted).decrypt(passphrase)).toString('hex')).toBe(
      Buffer.from(expected).toString('hex'),
    )
  })

  it.each([vectors[3], vectors[5], vectors[7]])(
    'is not decrypted by another passphrase than %s',
    async (_, encrypted) => {
      expect(await codeOf(() => format.parse(encrypted).decrypt('another'))).toBe('keystore.wrong-password')
    },
  )

  it.each([
    ['of another length', '0142c0'.padEnd(80, '0')],
    ['of another version', '0242c0'.padEnd(78, '0')],
    ['of another kind', '0144c0'.padEnd(78, '0')],
    ['with unknown flags', '0142c1'.padEnd(78, '0')],
    ['with unknown flags of a product', '0143c0'.padEnd(78, '0')],
  ])('is refused %s', async (_, hex) => {
    const text = encodeBase58check(Uint8Array.from(Buffer.from(hex, 'hex')))
    expect(await codeOf(async () => format.parse(text))).toBe('keystore.invalid')
  })

  it('is refused with a wrong checksum, or as any text', async () => {
    for (const text of ['6PgGWtx25kUg8QWvwuJAgorN6k9FbE25rv5dMRwu5SKMnfpfVe5marXXXX', '', 'x'.repeat(10_000)])
      expect(await codeOf(async () => format.parse(text))).toBe('keystore.invalid')
  })
})
