import { z } from 'zod'
import { envelopes, readPrivateKey } from '../../envelope/index.ts'
import { BillfoldError } from '../../errors.ts'
import { type Reply, type Route, route } from '../../http/index.ts'
import type { Authentication } from './authentication.ts'

const body = z.object({
  data: z.string().optional(),
  dataStr: z.string().optional(),
  publicKey: z.string().max(128),
  privateKey: z.string().max(128),
})

/** Encrypts and decrypts for whoever cannot: for trying things out. Off unless the host enables it, since it takes a private key. */
export function ecdsaHelperRoutes(authentication: Authentication): readonly Route[] {
  const told = { encrypt: 'encrypt', decrypt: 'decrypt' } as const
  const helper = (path: string, id: string): Route =>
    route({
      id,
      idempotency: 'none',
      method: 'POST',
      path,
      summary: 'Encrypt or decrypt a text between two key pairs; off unless the host enables it',
      guard: authentication.guards.open,
      limits: [{ by: 'ip', most: 60, seconds: 60 }],
      ...(path.includes(':') && { params: z.object({ method: z.string().max(32) }) }),
      body: { encoding: 'json', schema: body, limit: 256 * 1024 },
      replies: {
        200: { description: 'The text', schema: z.string() },
        404: { description: 'It is not enabled, or there is no such method' },
      },
      handler: async ({ params, body: asked }) => {
        if (authentication.options.ecdsaHelper !== true) throw new BillfoldError('route.not-found')
        const method = params === undefined ? told.encrypt : told[known(params.method)]
        return helped(authentication, method, asked)
      },
    })
  return [helper('/ecdsa_helper', 'ecdsaHelper'), helper('/ecdsa_helper/:method', 'ecdsaHelperMethod')]
}

function known(method: string): 'encrypt' | 'decrypt' {
  if (method !== 'encrypt' && method !== 'decrypt') throw new BillfoldError('route.not-found')
  return method
}

function helped(authentication: Authentication, method: 'encrypt' | 'decrypt', asked: z.output<typeof body>): Reply {
  const text = asked.data ?? asked.dataStr
  if (text === undefined) throw new BillfoldError('input.invalid', { issues: [{ path: 'data', message: 'Missing' }] })
  const curve = authentication.options.curve ?? 'secp256k1'
  const envelope = envelopes(curve, readPrivateKey(curve, asked.privateKey), 1).with(asked.publicKey)
  const answer = method === 'encrypt' ? envelope.seal(text) : Buffer.from(envelope.open(text)).toString('utf8')
  return { status: 200, body: answer }
}
