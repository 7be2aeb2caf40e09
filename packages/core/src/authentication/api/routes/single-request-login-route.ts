import { z } from 'zod'
import { BillfoldError, isBillfoldError } from '../../../kernel/errors.ts'
import { type Route, route, secretText } from '../../../http/index.ts'
import { retryOnConflict } from '../../../kernel/storage/index.ts'
import { notifyHooks } from '../../sessions/session-context.ts'
import {
  attemptLogin,
  decideLogin,
  type SingleRequestLogin,
  type SingleRequestLoginResult,
} from '../../sessions/single-request-login.ts'
import { commitWithReply, withReplayProtection } from '../secure-channel/replay-protection.ts'
import { getSessionClaims } from '../../sessions/session-claims.ts'
import { type SessionRow, sha256Base64Url } from '../../sessions/session.ts'
import { encryptedReplySchema, type StepReply } from '../secure-channel/encrypt-reply.ts'
import type { AuthenticationCaller } from '../callers/authentication-caller.ts'
import { resolveCommunity } from '../callers/communities.ts'
import { issuePinToken } from './face-reply.ts'
import type { SessionRoutesContext } from '../context.ts'
import {
  faceFields,
  verifyOptionalDeviceProof,
  parseEvidence,
  selfieBodyLimit,
  smallJsonObject,
} from '../../../identity/api/face-body.ts'
import { scopeListSchema } from './scope-list.ts'
import { secureChannelCodec } from '../secure-channel/secure-channel-codec.ts'

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
  scopes: scopeListSchema.optional(),
  authType: z.string().max(128).optional(),
  deviceInfo: smallJsonObject.optional(),
  userInfo: smallJsonObject.optional(),
  pin: secretText(z.string().min(1).max(64)).optional(),
  user_token: z.string().max(8192).optional(),
  isTrustedDevice: z.boolean().default(false),
  skip_liveid: z.boolean().default(false),
})
const plainFields = { status: z.enum(['success', 'pin', 'retry', 'enroll', 'failure']), message: z.string() }
const data = z.looseObject({ sessionId: z.string(), pinRequired: z.boolean(), token: z.string().optional() })

/** The `typ` of a user token, which identifies the user in a later login. */
const userTokenType = 'authentication-user+jwt'

/** Logs a user in with a single request: by face, PIN, or both. */
export function singleRequestLoginRoute(api: SessionRoutesContext): Route {
  const { authentication, sessionContext } = api
  return route({
    id: 'authenticateWithLiveId',
    secretReply: true,
    method: 'POST',
    path: '/v2/authenticate_with_liveid',
    summary: 'Log a user in by face, by PIN and trusted device, or by face and PIN',
    guard: authentication.guards.licence('authentication:liveid'),
    body: { encoding: 'json', schema: body, limit: selfieBodyLimit },
    codec: secureChannelCodec(authentication, { plaintext: 'rejected', replies: 'match-request' }),
    replies: { 200: { description: 'The result', schema: encryptedReplySchema(data, plainFields) } },
    handler: ({ body: input }, _, request) =>
      withReplayProtection(authentication, request, ['authenticateWithLiveId'], async (claim) => {
        const { caller, actor } = request
        const callerKey = callerKeyOrId(caller)
        const login = await toLogin(api, caller, callerKey, input)
        const attempted = await attemptLogin(sessionContext, actor, login)
        if (attempted.kind === 'rejected') return toLoginReply(api, caller, callerKey, attempted.result)
        return retryOnConflict(async (attemptNumber) => {
          const { result, writes } = await decideLogin(sessionContext, actor, attempted, attemptNumber)
          const reply = await toLoginReply(api, caller, callerKey, result)
          const committed = await commitWithReply(sessionContext.services, claim, writes, reply)
          await notifyHooks(sessionContext, result.session)
          return committed
        })
      }),
  })
}

async function toLogin(
  api: SessionRoutesContext,
  caller: AuthenticationCaller,
  callerKey: string,
  input: z.output<typeof body>,
): Promise<SingleRequestLogin> {
  const community = resolveCommunity(api.authentication, caller, input).id
  const statement = { step: 'authenticate_with_liveid', subject: caller.requestId?.uuid ?? '', caller: callerKey }
  return {
    ...parseEvidence(input),
    sessionInput: {
      community,
      configuration: input.dvcID,
      purpose: input.purpose,
      scopes: input.scopes,
      userId: await verifyUserToken(api, caller, community, input.user_token),
      authtype: input.authType,
      metadata: { context: input.context, userAgent: input.userAgent },
      creatorKey: caller.channel?.publicKey,
    },
    callerKey,
    // Without a request id, a device signature would not be protected against replay.
    device: caller.requestId === undefined ? undefined : verifyOptionalDeviceProof(input.device, statement),
    deviceId: input.deviceId ?? parseDeviceLabel(input.deviceInfo),
    cameraIndicator: input.cameraIndicator,
    pin: input.pin,
    trustDevice: input.isTrustedDevice,
    skipFace: input.skip_liveid,
    reportedInfo: { deviceInfo: input.deviceInfo, userInfo: input.userInfo },
  }
}

async function toLoginReply(
  api: SessionRoutesContext,
  caller: AuthenticationCaller,
  callerKey: string,
  result: SingleRequestLoginResult,
): Promise<StepReply> {
  return {
    plainFields: { status: result.status, message: result.message },
    data: await buildReplyData(api, caller, callerKey, result),
  }
}

async function buildReplyData(
  { sessionContext, options }: SessionRoutesContext,
  caller: AuthenticationCaller,
  callerKey: string,
  { session, status, retainedData }: SingleRequestLoginResult,
): Promise<z.output<typeof data>> {
  const { services } = sessionContext
  const common = { sessionId: session.id, pinRequired: status === 'pin' }
  if (status === 'pin') return { ...common, token: await issuePinToken(services, session, callerKey) }
  if (status !== 'success') return common
  const token = await issueUserToken(services, session, caller, options.userTokenTtlSeconds ?? 900)
  return { ...common, ...(await getSessionClaims(sessionContext, session, retainedData)), token }
}

function issueUserToken(
  services: SessionRoutesContext['sessionContext']['services'],
  session: SessionRow,
  caller: AuthenticationCaller,
  ttlSeconds: number,
): Promise<string> {
  return services.tokens.issue({
    type: userTokenType,
    audience: 'authentication',
    tenant: session.tenant,
    subject: session.userId ?? '',
    lifetimeSeconds: ttlSeconds,
    claims: { session: session.id, community: session.community, for: caller.id },
  })
}

/** Verifies the token of an earlier login, issued to the same licence or service key for the same community. Returns its user. */
async function verifyUserToken(
  { sessionContext }: SessionRoutesContext,
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
function callerKeyOrId({ channel, id }: AuthenticationCaller): string {
  return channel?.callerKey ?? sha256Base64Url(`caller ${id}`)
}

function parseDeviceLabel(deviceInfo: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const label = deviceInfo?.['deviceId']
  return typeof label === 'string' ? label.slice(0, 256) : undefined
}
