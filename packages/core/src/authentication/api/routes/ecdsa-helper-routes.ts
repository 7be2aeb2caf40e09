import { z } from 'zod'
import { createSecureChannels, parseChannelPrivateKey } from '../../../platform/secure-channel/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { type Reply, type Route, route } from '../../../http/index.ts'
import type { AuthenticationContext } from '../context.ts'

const body = z.object({
  data: z.string().optional(),
  dataStr: z.string().optional(),
  publicKey: z.string().max(128),
  privateKey: z.string().max(128),
})

/** Encrypts and decrypts for clients that cannot, for experiments only. Disabled by default, because it takes a private key. */
export function ecdsaHelperRoutes(authentication: AuthenticationContext): readonly Route[] {
  const isObject = authentication.options.ecdsaHelperReply === 'object'
  const helper = (path: string, id: string): Route =>
    route({
      id,
      idempotency: 'none',
      method: 'POST',
      path,
      summary: 'Encrypt or decrypt a text between two key pairs; disabled by default',
      guard: authentication.guards.public,
      limits: [{ by: 'ip', limit: 60, windowSeconds: 60 }],
      ...(path.includes(':') && { params: z.object({ method: z.string().max(32) }) }),
      body: { encoding: 'json', schema: body, limit: 256 * 1024 },
      replies: {
        200: { description: 'The text', schema: isObject ? z.object({ data: z.string() }) : z.string() },
        404: { description: 'The route is disabled or the method is unknown' },
      },
      handler: async ({ params, body: input }) => {
        if (authentication.options.ecdsaHelper !== true) throw new BillfoldError('route.not-found')
        const method = params === undefined ? 'encrypt' : parseMethod(params.method)
        return runHelper(authentication, method, input)
      },
    })
  return [helper('/ecdsa_helper', 'ecdsaHelper'), helper('/ecdsa_helper/:method', 'ecdsaHelperMethod')]
}

function parseMethod(method: string): 'encrypt' | 'decrypt' {
  if (method !== 'encrypt' && method !== 'decrypt') throw new BillfoldError('route.not-found')
  return method
}

function runHelper(
  { options }: AuthenticationContext,
  method: 'encrypt' | 'decrypt',
  input: z.output<typeof body>,
): Reply {
  const text = input.data ?? input.dataStr ?? ''
  const curve = options.curve ?? 'secp256k1'
  const channel = createSecureChannels(curve, parseChannelPrivateKey(curve, input.privateKey), 1).channelWith(
    input.publicKey,
  )
  const result = method === 'encrypt' ? channel.encrypt(text) : Buffer.from(channel.decrypt(text)).toString('utf8')
  return { status: 200, body: options.ecdsaHelperReply === 'object' ? { data: result } : result }
}
