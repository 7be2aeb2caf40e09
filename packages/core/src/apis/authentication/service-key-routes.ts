import { z } from 'zod'
import type { Route } from '../../http/index.ts'
import { listServiceKeys, resetServiceKey, type ServiceKey } from '../../service-keys/list.ts'
import { type Answer, sealedReply } from './answer.ts'
import type { Authentication } from './authentication.ts'
import { sealedRoute } from './sealed-route.ts'

const keysBody = z.array(
  z.object({ tag: z.string(), keyId: z.string(), keySecret: z.string(), type: z.string(), debug: z.boolean() }),
)

/** Service keys, secrets and all, for licences of level `system`. */
export function serviceKeyRoutes(authentication: Authentication): readonly Route[] {
  const { services, guards, options } = authentication
  const plain = options.plainServiceKeys === true
  const sealing = plain ? 'as-asked' : 'always'
  const schema = plain ? keysBody : sealedReply(keysBody)
  const told = (keys: readonly ServiceKey[]): Answer => {
    const list = keys.map(({ tag, keyId, keySecret, type, debug }) => ({ tag, keyId, keySecret, type, debug }))
    return { data: list, plain: list }
  }
  return [
    sealedRoute(authentication, {
      id: 'listServiceKeys',
      method: 'GET',
      path: '/servicekeys',
      summary: 'The service keys of the tenant',
      guard: guards.systemLicence,
      request: 'read',
      sealing,
      replies: { 200: { description: 'The service keys', schema } },
      handler: async (_, { caller }) => told(await listServiceKeys(services, caller.tenant)),
    }),
    sealedRoute(authentication, {
      id: 'resetServiceKey',
      method: 'DELETE',
      path: '/servicekey/:keyId',
      summary: 'Replace a service key by a new one with the same tag and type',
      guard: guards.systemLicence,
      params: z.object({ keyId: z.string().min(1).max(64) }),
      request: 'once',
      sealing,
      replies: {
        200: { description: 'The new service key', schema },
        404: { description: 'There is no such service key' },
      },
      handler: async ({ params }, { actor, keeping }) => {
        const key = await resetServiceKey(services, actor, params.keyId, (made) => keeping(told([made])))
        return told([key])
      },
    }),
  ]
}
