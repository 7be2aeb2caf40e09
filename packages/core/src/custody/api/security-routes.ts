import { z } from 'zod'
import { getCurrentEncryptionKey } from '../../identity/encryption-keys/encryption-keys.ts'
import { type Route, route } from '../../http/index.ts'
import type { CustodyContext } from './context.ts'
import { custodySuccessReply } from './response-format.ts'
import { successSchema } from './schemas.ts'

const keys = z.object({
  encryptionKeys: z.array(
    z.object({
      id: z.string(),
      keyspec: z.literal('RSA_2048'),
      publicKey: z.string().describe('SubjectPublicKeyInfo, DER, base64'),
      encryptionAlgorithm: z.literal('RSAES_OAEP_SHA_256'),
      encryptionAlgorithms: z.array(z.string()),
    }),
  ),
})

/** The route of the RSA key for encrypting signing methods. */
export function securityRoutes({ services, publicGuard }: CustodyContext): readonly Route[] {
  return [
    route({
      id: 'getSecurity',
      method: 'GET',
      path: '/api/security',
      summary: 'Get the public key for encrypting the Encrypted-Signing-Method header',
      guard: publicGuard,
      limits: [{ by: 'ip', limit: 600, windowSeconds: 60 }],
      replies: { 200: { description: 'The keys, newest first', schema: successSchema(keys) } },
      handler: async () => {
        const { id, publicKey } = await getCurrentEncryptionKey(services)
        const key = {
          id,
          keyspec: 'RSA_2048',
          publicKey: Buffer.from(publicKey).toString('base64'),
          encryptionAlgorithm: 'RSAES_OAEP_SHA_256',
          encryptionAlgorithms: ['RSAES_OAEP_SHA_256'],
        }
        return custodySuccessReply({ encryptionKeys: [key] })
      },
    }),
  ]
}
