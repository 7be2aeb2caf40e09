import { z } from 'zod'
import type { IssuerServer } from './issuer-server.ts'

/** Creates a user as the custody API does. */
export async function createUser({ billfold }: IssuerServer): Promise<string> {
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'test', scopes: ['custody'] })
  const route = billfold.custody.routes.find(({ id }) => id === 'createUser')
  if (route === undefined) throw new Error('no route')
  const reply = await billfold.custody.handle(route, {
    method: 'POST',
    path: '/api/users',
    mount: '',
    params: {},
    query: '',
    headers: {
      authorization: `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    ip: '127.0.0.1',
    body: { kind: 'parsed', value: { signingMethod: { type: 'PIN', value: '471147' } } },
    signal: new AbortController().signal,
  })
  const parsed: unknown = JSON.parse(typeof reply.body === 'string' ? reply.body : '')
  return z.object({ result: z.object({ id: z.string() }) }).parse(parsed).result.id
}
