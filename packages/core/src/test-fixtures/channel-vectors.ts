import { readFileSync } from 'node:fs'
import { z } from 'zod'

const vector = z.object({
  id: z.string(),
  privateKey: z.string(),
  publicKey: z.string(),
  peerPrivateKey: z.string(),
  peerPublicKey: z.string(),
  sharedKey: z.string(),
  plaintext: z.string(),
  ciphertext: z.string(),
})
const vectorsOfCurve = z.object({
  producer: z.object({ repo: z.string(), commit: z.string() }),
  vectors: z.array(vector).min(1),
  negative: z.array(z.object({ id: z.string(), sharedKey: z.string(), ciphertext: z.string() })).min(1),
})

const file = new URL('../platform/secure-channel/secure-channel-vectors.json', import.meta.url)

/** Vectors of a third-party client, by curve. The file names its source. */
export const channelVectors = z
  .object({ secp256k1: vectorsOfCurve, prime256v1: vectorsOfCurve })
  .parse(JSON.parse(readFileSync(file, 'utf8')))

/** The names of the curves of the secure channel. */
export const channelCurveNames = ['secp256k1', 'prime256v1'] as const
