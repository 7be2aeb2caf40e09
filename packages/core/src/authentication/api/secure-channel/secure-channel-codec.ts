import type { BodyCodec, DecodedBody, RequestContext } from '../../../http/index.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import {
  type AuthenticationCaller,
  requireAuthenticationCaller,
  toAuthenticationActor,
} from '../callers/authentication-caller.ts'
import type { AuthenticationContext } from '../context.ts'
import { bodyContainerSchema, type DecryptedBody, decryptBody } from './decrypt-body.ts'
import { encryptReply, type ReplyEncryption, type StepReply } from './encrypt-reply.ts'

/** Requirements of the secure channel on the bodies of a route. */
export interface SecureChannelRule {
  /**
   * Accepts or rejects a plain body; routes without a body need no rule. `rejected` applies to licences and tokens unless
   * `allowPlaintext` is set, and never to service keys.
   */
  readonly plaintext?: 'accepted' | 'rejected'
  readonly replies: ReplyEncryption
}

/** The sender of a request, and its decrypted body. */
export interface SecureChannelRequest {
  readonly caller: AuthenticationCaller
  readonly actor: Actor
  /** Undefined on routes without a body. */
  readonly decrypted: DecryptedBody | undefined
}

/**
 * Creates the codec of routes whose bodies are encrypted by the secure channel of the caller. The body is `{data}`, encrypted or plain;
 * the reply is encrypted if the rule says so.
 */
export function secureChannelCodec(
  authentication: AuthenticationContext,
  { plaintext = 'rejected', replies }: SecureChannelRule,
): BodyCodec<SecureChannelRequest, StepReply> {
  const isPlainAllowed = ({ kind }: AuthenticationCaller): boolean =>
    plaintext === 'accepted' || kind === 'service' || authentication.options.allowPlaintext === true
  return {
    transmittedSchema: bodyContainerSchema,
    decode: async (body, context) => {
      const caller = requireAuthenticationCaller(context)
      const decrypted = body === undefined ? undefined : await decryptBody(caller, body, isPlainAllowed(caller))
      return toDecodedBody(caller, context, decrypted)
    },
    encode: (reply, { caller, decrypted }) =>
      encryptReply(authentication, caller, reply, replies === 'always' || decrypted?.form === 'encrypted'),
  }
}

/** Builds the result of decoding, for the handler and for the comparison under an `Idempotency-Key`. */
export function toDecodedBody(
  caller: AuthenticationCaller,
  context: RequestContext,
  decrypted: DecryptedBody | undefined,
): DecodedBody<SecureChannelRequest> {
  const actor = { ...toAuthenticationActor(context), id: caller.id }
  return { value: decrypted?.value, state: { caller, actor, decrypted }, replyKey: caller.channel?.callerKey }
}
