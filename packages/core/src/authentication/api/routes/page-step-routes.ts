import { z } from 'zod'
import { deviceProofSchema, verifyOptionalDeviceProof } from '../../../identity/api/face-body.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { retryOnConflict } from '../../../kernel/storage/index.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import { type Route, route } from '../../../http/index.ts'
import { cancelSession, cancellationReasons } from '../../sessions/cancel-session.ts'
import { giveConsent } from '../../sessions/consent.ts'
import type { DecidedStep } from '../../sessions/decided-step.ts'
import type { FaceStepResult } from '../../sessions/face-step/face-step-result.ts'
import { resumePinStep, type ResumePinStepInput } from '../../sessions/pin-step/resume-pin-step.ts'
import { skipFace } from '../../sessions/pin-step/skip-face.ts'
import { notifyHooks } from '../../sessions/session-context.ts'
import { getActiveSession } from '../../sessions/session.ts'
import { toApiStatus } from '../../sessions/session-status.ts'
import type { SessionRoutesContext } from '../context.ts'
import { resolveRelyingParty } from '../page/relying-party.ts'
import { encryptedReplySchema } from '../secure-channel/encrypt-reply.ts'
import { commitWithReply, withReplayProtection } from '../secure-channel/replay-protection.ts'
import { secureChannelCodec } from '../secure-channel/secure-channel-codec.ts'
import { faceReplySchema, toFaceReply } from './face-reply.ts'
import { toSessionClient } from './session-client.ts'

const sessionId = z.string().min(1).max(36)
const limits = [{ by: 'ip', limit: 120, windowSeconds: 60 }] as const
const limit = 16 * 1024
const errors = {
  400: { description: 'The session is not in a state that allows this step' },
  403: { description: 'The session is bound to another client' },
  404: { description: 'The session does not exist' },
  410: { description: 'The session has expired' },
} as const

/** The steps of a session beside the face and the PIN: consent, another way than the face, resumption, and cancellation. */
export function pageStepRoutes(api: SessionRoutesContext): readonly Route[] {
  return [
    pinStepRoute(api, {
      id: 'resumeSession',
      path: '/v2/resume_session',
      step: 'resume_session',
      summary: 'Resume the PIN step in a reloaded page of the browser that has shown the face',
      decide: (actor, input) => resumePinStep(api.sessionContext.services, actor, input),
    }),
    pinStepRoute(api, {
      id: 'skipFace',
      path: '/v2/skip_face',
      step: 'skip_face',
      summary: 'Go to the PIN step without a face, if the configuration allows that',
      decide: (actor, input) => skipFace(api.sessionContext, actor, input),
    }),
    giveConsentRoute(api),
    cancelSessionRoute(api),
  ]
}

/** A step that leads to the PIN step. */
interface PinStepDefinition {
  readonly id: string
  readonly path: string
  /** The step that the device signs. */
  readonly step: string
  readonly summary: string
  readonly decide: (actor: Actor, input: ResumePinStepInput) => Promise<DecidedStep<FaceStepResult>>
}

function pinStepRoute(api: SessionRoutesContext, { id, path, step, summary, decide }: PinStepDefinition): Route {
  const { authentication, sessionContext } = api
  return route({
    id,
    secretReply: true,
    method: 'POST',
    path,
    summary,
    guard: authentication.guards.client(),
    limits,
    body: { encoding: 'json', schema: z.object({ sessionId, device: deviceProofSchema.optional() }), limit },
    codec: secureChannelCodec(authentication, { plaintext: 'accepted', replies: 'match-request' }),
    replies: {
      200: { description: 'The token of the PIN step', schema: encryptedReplySchema(faceReplySchema) },
      ...errors,
    },
    handler: ({ body }, context, request) =>
      withReplayProtection(authentication, request, [id], async (claim) => {
        const client = toSessionClient(api, context, request, body.sessionId)
        const statement = { step, subject: body.sessionId, caller: client.callerKey }
        const input = { ...client, device: verifyOptionalDeviceProof(body.device, statement) }
        return retryOnConflict(async () => {
          const { result, writes } = await decide(request.actor, input)
          const reply = await toFaceReply(sessionContext.services, client.callerKey, result)
          return commitWithReply(sessionContext.services, claim, writes, reply)
        })
      }),
  })
}

function giveConsentRoute(api: SessionRoutesContext): Route {
  const { authentication, sessionContext } = api
  return route({
    id: 'giveConsent',
    method: 'POST',
    path: '/v2/give_consent',
    summary: "Record the user's consent to the privacy notice, before a face is taken",
    guard: authentication.guards.client(),
    limits,
    body: { encoding: 'json', schema: z.object({ sessionId, version: z.string().min(1).max(64) }), limit },
    codec: secureChannelCodec(authentication, { plaintext: 'accepted', replies: 'match-request' }),
    replies: {
      200: { description: 'Recorded', schema: encryptedReplySchema(z.object({ sessionId: z.string() })) },
      ...errors,
    },
    handler: ({ body }, context, request) =>
      withReplayProtection(authentication, request, ['giveConsent'], async (claim) => {
        const { services } = sessionContext
        const session = await getActiveSession(services, request.actor.tenant, body.sessionId)
        const { privacyNotice } = await resolveRelyingParty(api.options.page, session)
        // Only what the page has shown can be agreed to.
        if (privacyNotice?.version !== body.version) throw new BillfoldError('session.consent-required')
        const input = { ...toSessionClient(api, context, request, body.sessionId), version: body.version }
        return retryOnConflict(async () => {
          const writes = await giveConsent(services, request.actor, input)
          return commitWithReply(services, claim, writes, { data: { sessionId: session.id } })
        })
      }),
  })
}

function cancelSessionRoute(api: SessionRoutesContext): Route {
  const { authentication, sessionContext } = api
  return route({
    id: 'cancelSession',
    method: 'POST',
    path: '/v2/cancel_session',
    summary: 'End a session because its user wants to',
    guard: authentication.guards.client(),
    limits,
    body: {
      encoding: 'json',
      schema: z.object({ sessionId, reason: z.enum(cancellationReasons).default('cancelled') }),
      limit,
    },
    codec: secureChannelCodec(authentication, { plaintext: 'accepted', replies: 'match-request' }),
    replies: {
      200: {
        description: 'Ended',
        schema: encryptedReplySchema(z.object({ sessionId: z.string(), status: z.string() })),
      },
      ...errors,
    },
    handler: ({ body }, context, request) =>
      withReplayProtection(authentication, request, ['cancelSession'], async (claim) => {
        const { services } = sessionContext
        const input = { ...toSessionClient(api, context, request, body.sessionId), reason: body.reason }
        return retryOnConflict(async () => {
          const { session, writes } = await cancelSession(services, request.actor, input)
          const reply = { data: { sessionId: session.id, status: toApiStatus(session) } }
          const committed = await commitWithReply(services, claim, writes, reply)
          if (writes.length > 0) await notifyHooks(sessionContext, session)
          return committed
        })
      }),
  })
}
