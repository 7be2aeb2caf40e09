import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type BodyCodec, yieldAfterLarge } from '../../../http/index.ts'
import { parseBase64 } from '../../../kernel/base64.ts'
import { requireAuthenticationCaller } from '../callers/authentication-caller.ts'
import type { AuthenticationContext } from '../context.ts'
import { decryptJson } from './decrypt-body.ts'
import { encryptReply, type StepReply } from './encrypt-reply.ts'
import { type SecureChannelRequest, toDecodedBody } from './secure-channel-codec.ts'

/**
 * Creates the codec of routes for apps, which send their public key in the body instead of in headers. The app is identified by that key;
 * its DID is not trusted. Every encryption uses a new IV, so the hash of the ciphertext bytes serves as the request id.
 * @param maxLength the maximum length of the ciphertext in base64, in characters
 */
export function appChannelCodec(
  authentication: AuthenticationContext,
  maxLength: number,
): BodyCodec<SecureChannelRequest, StepReply> {
  const container = z.object({
    data: z.string().max(maxLength),
    publicKey: z.string().max(96),
    did: z.string().max(512).optional(),
    appid: z.string().max(256).optional(),
  })
  return {
    transmittedSchema: () => container,
    decode: async (body, context) => {
      const { data, publicKey } = container.parse(body)
      const anonymous = requireAuthenticationCaller(context)
      const channel = (await authentication.channels(anonymous.tenant)).channelWith(publicKey)
      const ciphertext = parseBase64(data) ?? data
      const uuid = createHash('sha256').update(ciphertext).digest('base64url')
      await yieldAfterLarge(data.length)
      const requestId = { uuid, appId: '', sentAt: authentication.services.now() }
      const caller = { ...anonymous, id: `key ${channel.callerKey}`, channel, requestId }
      return toDecodedBody(caller, context, await decryptJson(channel, data))
    },
    encode: (reply, { caller }) => encryptReply(authentication, caller, reply, true),
  }
}
