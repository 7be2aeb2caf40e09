import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSecureChannels } from '../platform/secure-channel/index.ts'
import { channelCurveNames, channelVectors } from '../test-fixtures/channel-vectors.ts'
import { createClientSecureChannel, toClientKeyPair, generateClientKeyPair } from './index.ts'

describe.each(channelCurveNames)('the client secure channel on %s', (curve) => {
  const { vectors, negative } = channelVectors[curve]

  test.each(vectors)('decrypts a vector of another implementation: $id', async (vector) => {
    const pair = toClientKeyPair(vector.privateKey, curve)
    expect(pair.publicKey).toBe(vector.publicKey)
    const envelope = await createClientSecureChannel(pair, vector.peerPublicKey)
    expect(await envelope.decrypt(vector.ciphertext)).toBe(vector.plaintext)
    const theirs = await createClientSecureChannel(toClientKeyPair(vector.peerPrivateKey, curve), vector.publicKey)
    expect(await theirs.decrypt(await envelope.encrypt(vector.plaintext))).toBe(vector.plaintext)
  })

  const [vector = { publicKey: '', peerPublicKey: '', privateKey: '', ciphertext: '', plaintext: '' }] = vectors

  test.each(negative)('rejects a tampered ciphertext: $id', async ({ ciphertext }) => {
    const envelope = await createClientSecureChannel(toClientKeyPair(vector.privateKey, curve), vector.peerPublicKey)
    await expect(envelope.decrypt(ciphertext)).rejects.toThrow(/operation/i)
  })

  test('rejects a ciphertext with any single bit flipped', async () => {
    const envelope = await createClientSecureChannel(toClientKeyPair(vector.privateKey, curve), vector.peerPublicKey)
    const bytes = Buffer.from(vector.ciphertext, 'base64')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      await expect(envelope.decrypt(flipped.toString('base64'))).rejects.toThrow(/operation/i)
    }
  })

  test('accepts private keys of 31, 32 and 33 bytes only', () => {
    const scalar = Buffer.alloc(32).fill(7, 1)
    const [asItIs, without, before] = [scalar, scalar.subarray(1), Buffer.concat([Buffer.of(0), scalar])]
    const pairs = [asItIs, without, before].map((bytes) => toClientKeyPair(bytes.toString('base64'), curve))
    expect(new Set(pairs.map(({ privateKey }) => privateKey))).toEqual(new Set([scalar.toString('base64')]))
    for (const bad of [scalar.subarray(2), Buffer.concat([Buffer.of(1), scalar]), Buffer.alloc(32), Buffer.alloc(34)])
      expect(() => toClientKeyPair(bad.toString('base64'), curve)).toThrow(TypeError)
  })

  test('rejects invalid public keys', async () => {
    const pair = generateClientKeyPair(curve)
    for (const bad of ['', '!', Buffer.alloc(64, 7).toString('base64'), Buffer.alloc(65, 4).toString('base64')])
      await expect(createClientSecureChannel(pair, bad)).rejects.toThrow(TypeError)
  })

  test('exchanges any text with the server', async () => {
    const pair = generateClientKeyPair(curve)
    const server = createSecureChannels(curve, Buffer.from(generateClientKeyPair(curve).privateKey, 'base64'))
    const [mine, theirs] = [await createClientSecureChannel(pair, server.publicKey), server.channelWith(pair.publicKey)]
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        expect(Buffer.from(theirs.decrypt(await mine.encrypt(text))).toString('utf8')).toBe(text)
        expect(await mine.decrypt(theirs.encrypt(text))).toBe(text)
      }),
      { numRuns: 50 },
    )
  })

  test('encrypts a selfie of five megabytes', async () => {
    const [pair, server] = [generateClientKeyPair(curve), generateClientKeyPair(curve)]
    const text = 'A'.repeat(5 * 1024 * 1024)
    const there = await (await createClientSecureChannel(pair, server.publicKey)).encrypt(text)
    expect(await (await createClientSecureChannel(server, pair.publicKey)).decrypt(there)).toBe(text)
  })
})

describe('the sources of the client', () => {
  const folder = new URL('.', import.meta.url)
  const sources = readdirSync(folder).filter((name) => !name.endsWith('.test.ts'))

  test.each(sources)('%s imports only its own folder and browser-compatible packages', (name) => {
    const withExamples = readFileSync(new URL(name, folder), 'utf8')
    const text = withExamples.replaceAll(/\/\*\*.*?\*\//gs, '')
    const imported = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, from]) => from ?? '')
    const allowed = (from: string): boolean =>
      /^\.\/[\w-]+\.ts$/.test(from) || /^@noble\/(?:curves|hashes)\//.test(from)
    expect(imported.filter((from) => !allowed(from))).toEqual([])
    expect(text).not.toMatch(/\b(Buffer|process|require|__dirname)\b/)
  })
})
