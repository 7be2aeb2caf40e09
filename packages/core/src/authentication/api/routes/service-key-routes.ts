import { z } from 'zod'
import { BillfoldError } from '../../../kernel/errors.ts'
import { isCommitError } from '../../../kernel/storage/index.ts'
import { type Route, route } from '../../../http/index.ts'
import { listServiceKeys, type ServiceKeyWithSecret } from '../../../identity/service-keys/list-service-keys.ts'
import { prepareServiceKeyReplacement } from '../../../identity/service-keys/replace-service-key.ts'
import { type StepReply, encryptedReplySchema } from '../secure-channel/encrypt-reply.ts'
import type { AuthenticationContext } from '../context.ts'
import { secureChannelCodec } from '../secure-channel/secure-channel-codec.ts'
import { commitWithReply, withReplayProtection } from '../secure-channel/replay-protection.ts'

const keysBody = z.array(
  z.object({ tag: z.string(), keyId: z.string(), keySecret: z.string(), type: z.string(), debug: z.boolean() }),
)

/** Lists and replaces service keys, including their secrets. Requires a licence of level `system`. */
export function serviceKeyRoutes(authentication: AuthenticationContext): readonly Route[] {
  const { services, guards, options } = authentication
  const plain = options.plainServiceKeys === true
  const encryption = plain ? 'match-request' : 'always'
  const schema = plain ? keysBody : encryptedReplySchema(keysBody)
  const toReply = (keys: readonly ServiceKeyWithSecret[]): StepReply => {
    const list = keys.map(({ tag, keyId, keySecret, type, debug }) => ({ tag, keyId, keySecret, type, debug }))
    return { data: list, plainBody: list }
  }
  return [
    route({
      id: 'listServiceKeys',
      method: 'GET',
      path: '/servicekeys',
      summary: 'List the service keys of the tenant',
      guard: guards.systemLicence,
      codec: secureChannelCodec(authentication, { replies: encryption }),
      replies: { 200: { description: 'The service keys', schema } },
      handler: async (_, _context, { caller }) => toReply(await listServiceKeys(services, caller.tenant)),
    }),
    route({
      id: 'resetServiceKey',
      secretReply: true,
      method: 'DELETE',
      path: '/servicekey/:keyId',
      summary: 'Replace a service key by a new one with the same tag and type',
      guard: guards.systemLicence,
      params: z.object({ keyId: z.string().min(1).max(64) }),
      idempotency: 'key',
      codec: secureChannelCodec(authentication, { replies: encryption }),
      replies: {
        200: { description: 'The new service key', schema },
        404: { description: 'The service key does not exist' },
      },
      handler: ({ params }, _, request) =>
        withReplayProtection(authentication, request, ['resetServiceKey', params.keyId], async (claim) => {
          const { actor } = request
          const { key, writes } = await prepareServiceKeyReplacement(services, actor, params.keyId)
          return commitWithReply(services, claim, writes, toReply([key])).catch((cause: unknown) => {
            throw isCommitError(cause) ? new BillfoldError('service-key.not-found', { cause }) : cause
          })
        }),
    }),
  ]
}
