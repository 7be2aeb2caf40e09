import { z } from 'zod'
import { BillfoldError, isBillfoldError } from '../../errors.ts'
import type { Route } from '../../http/index.ts'
import { loginInOneCall, type OneCallResult } from '../../sessions/one-call.ts'
import { scopedData } from '../../sessions/scoped-data.ts'
import { type SessionRow, sha256 } from '../../sessions/session.ts'
import { sealedReply } from './answer.ts'
import type { AuthenticationCaller } from './caller.ts'
import { communityOf } from './communities.ts'
import { pinToken } from './face-answer.ts'
import type { FaceApi } from './authentication.ts'
import { faceFields, provenDevice, readEvidence, selfieBodyLimit, smallObject } from '../face-body.ts'
import { scopeList } from './scope-list.ts'
import { sealedRoute } from './sealed-route.ts'

const name = z.string().min(1).max(128)
const body = z.object({
  ...faceFields,
  tenantId: name.optional(),
  communityId: name.optional(),
  dns: z.string().max(256).optional(),
  dvcID: name,
  context: z.string().max(1024).optional(),
  userAgent: z.string().max(1024).optional(),
  purpose: z.enum(['authenticate', 'enroll']).optional(),
  scopes: scopeList.optional(),
  authType: z.string().max(128).optional(),
  deviceInfo: smallObject.optional(),
  userInfo: smallObject.optional(),
  pin: z.string().min(1).max(64).optional(),
  user_token: z.string().max(8192).optional(),
  isTrustedDevice: z.boolean().default(false),
  skip_liveid: z.boolean().default(false),
})
const plainFields = { status: z.enum(['success', 'pin', 'retry', 'enroll', 'failure']), message: z.string() }
const data = z.looseObject({ sessionId: z.string(), pinRequired: z.boolean(), token: z.string().optional() })

/** The `typ` of a user token, which identifies the user in a later login. */
const userTokenType = 'authentication-user+jwt'

/** Logs a user in with a single request: by face, PIN, or both. */
export function oneCallRoute(api: FaceApi): Route {
  const { authentication, setup: sessionContext } = api
  return sealedRoute(authentication, {
    id: 'authenticateWithLiveId',
    method: 'POST',
    path: '/v2/authenticate_with_liveid',
    summary: 'Log a user in by face, by PIN and trusted device, or by face and PIN',
    guard: authentication.guards.licence('authentication:liveid'),
    body: { schema: body, limit: selfieBodyLimit, plain: 'rejected' },
    replayProtection: 'single-use',
    encryption: 'match-request',
    replies: { 200: { description: 'The result', schema: sealedReply(data, plainFields) } },
    handler: async ({ body: input }, { caller, actor, keeping: replyWrites }) => {
      const callerKey = callerKeyOrId(caller)
      const community = communityOf(authentication, caller, input).id
      const statement = { step: 'authenticate_with_liveid', subject: caller.stamp?.uuid ?? '', caller: callerKey }
      const call = {
        ...readEvidence(input),
        session: {
          community,
          configuration: input.dvcID,
          purpose: input.purpose,
          scopes: input.scopes,
          userId: await verifyUserToken(api, caller, community, input.user_token),
          authtype: input.authType,
          metadata: { context: input.context, userAgent: input.userAgent },
          creatorKey: caller.envelope?.publicKey,
        },
        callerKey,
        // Without a request id, a device signature would not be protected against replay.
        device: caller.stamp === undefined ? undefined : provenDevice(input.device, statement),
        deviceId: input.deviceId ?? parseDeviceLabel(input.deviceInfo),
        cameraIndicator: input.cameraIndicator,
        pin: input.pin,
        trustDevice: input.isTrustedDevice,
        skipFace: input.skip_liveid,
        info: { deviceInfo: input.deviceInfo, userInfo: input.userInfo },
      }
      return loginInOneCall(sessionContext, actor, call, async (result) => {
        const reply = {
          beside: { status: result.status, message: result.message },
          data: await buildReplyData(api, caller, callerKey, result),
        }
        return { reply, writes: await replyWrites(reply) }
      })
    },
  })
}

async function buildReplyData(
  { setup: sessionContext, options }: FaceApi,
  caller: AuthenticationCaller,
  callerKey: string,
  { session, status, kept: retainedData }: OneCallResult,
): Promise<z.output<typeof data>> {
  const { services } = sessionContext
  const common = { sessionId: session.id, pinRequired: status === 'pin' }
  if (status === 'pin') return { ...common, token: await pinToken(services, session, callerKey) }
  if (status !== 'success') return common
  const token = await issueUserToken(services, session, caller, options.userTokenSeconds ?? 900)
  return { ...common, ...(await scopedData(services, session, retainedData)), token }
}

function issueUserToken(
  services: FaceApi['setup']['services'],
  session: SessionRow,
  caller: AuthenticationCaller,
  ttlSeconds: number,
): Promise<string> {
  return services.tokens.issue({
    type: userTokenType,
    audience: 'authentication',
    tenant: session.tenant,
    subject: session.userId ?? '',
    seconds: ttlSeconds,
    claims: { session: session.id, community: session.community, for: caller.id },
  })
}

/** Verifies the token of an earlier login, issued to the same licence or service key for the same community. Returns its user. */
async function verifyUserToken(
  { setup: sessionContext }: FaceApi,
  { tenant, id }: AuthenticationCaller,
  community: string,
  token: string | undefined,
): Promise<string | undefined> {
  if (token === undefined) return undefined
  try {
    const expected = { type: userTokenType, audience: 'authentication', tenant }
    const { subject, claims } = await sessionContext.services.tokens.verify(token, expected)
    if (claims['for'] !== id || claims['community'] !== community) throw new BillfoldError('token.invalid')
    return subject
  } catch (cause) {
    if (isBillfoldError(cause, 'token.expired')) throw new BillfoldError('token.invalid', { cause })
    throw cause
  }
}

/** Identifies a caller without a public key by the hash of its id. */
function callerKeyOrId({ envelope, id }: AuthenticationCaller): string {
  return envelope?.caller ?? sha256(`caller ${id}`)
}

function parseDeviceLabel(deviceInfo: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const label = deviceInfo?.['deviceId']
  return typeof label === 'string' ? label.slice(0, 256) : undefined
}
