import { z } from 'zod'
import { currentEncryptionKey } from '../../encryption-keys/keys.ts'
import { type Route, route } from '../../http/index.ts'
import type { Custody } from './custody.ts'
import { success } from './envelope.ts'
import { succeeded } from './schemas.ts'

const keys = z.object({
  encryptionKeys: z.array(
    z.object({
      id: z.string(),
      keyspec: z.literal('RSA_2048'),
      publicKey: z.string().describe('SubjectPublicKeyInfo, DER, base64'),
      encryptionAlgorithms: z.array(z.string()),
    }),
  ),
})

/** The route of the RSA key for encrypting signing methods. */
export function securityRoutes({ services, open }: Custody): readonly Route[] {
  return [
    route({
      id: 'getSecurity',
      method: 'GET',
      path: '/api/security',
      summary: 'Get the public key for encrypting the Encrypted-Signing-Method header',
      guard: open,
      limits: [{ by: 'ip', most: 600, seconds: 60 }],
      replies: { 200: { description: 'The keys, newest first', schema: succeeded(keys) } },
      handler: async () => {
        const { id, publicKey } = await currentEncryptionKey(services)
        const key = {
          id,
          keyspec: 'RSA_2048',
          publicKey: Buffer.from(publicKey).toString('base64'),
          encryptionAlgorithms: ['RSAES_OAEP_SHA_256'],
        }
        return success({ encryptionKeys: [key] })
      },
    }),
  ]
}
