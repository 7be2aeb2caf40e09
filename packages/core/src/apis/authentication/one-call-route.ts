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
import type { FaceApi } from './face-api.ts'
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
const beside = { status: z.enum(['success', 'pin', 'retry', 'enroll', 'failure']), message: z.string() }
const data = z.looseObject({ sessionId: z.string(), pinRequired: z.boolean(), token: z.string().optional() })

/** The `typ` of the token of a login, which may name its user in a later one. */
const userTokenType = 'authentication-user+jwt'

/** A whole login in one call: face, PIN, or both. */
export function oneCallRoute(api: FaceApi): Route {
  const { authentication, setup } = api
  return sealedRoute(authentication, {
    id: 'authenticateWithLiveId',
    method: 'POST',
    path: '/v2/authenticate_with_liveid',
    summary: 'Log a user in by face, by PIN and a trusted device, or by both',
    guard: authentication.guards.licence('authentication:liveid'),
    body: { schema: body, limit: selfieBodyLimit, plain: 'refused' },
    request: 'once',
    sealing: 'as-asked',
    replies: { 200: { description: 'What came of it', schema: sealedReply(data, beside) } },
    handler: async ({ body: asked }, { caller, actor, keeping }) => {
      const callerKey = keyOf(caller)
      const community = communityOf(authentication, caller, asked).id
      const statement = { step: 'authenticate_with_liveid', subject: caller.stamp?.uuid ?? '', caller: callerKey }
      const call = {
        ...readEvidence(asked),
        session: {
          community,
          configuration: asked.dvcID,
          purpose: asked.purpose,
          scopes: asked.scopes,
          userId: await userOf(api, caller, community, asked.user_token),
          authtype: asked.authType,
          metadata: { context: asked.context, userAgent: asked.userAgent },
          creatorKey: caller.envelope?.publicKey,
        },
        callerKey,
        // Without a request id there is nothing fresh that a device could have signed.
        device: caller.stamp === undefined ? undefined : provenDevice(asked.device, statement),
        deviceId: asked.deviceId ?? labelIn(asked.deviceInfo),
        cameraIndicator: asked.cameraIndicator,
        pin: asked.pin,
        trustDevice: asked.isTrustedDevice,
        skipFace: asked.skip_liveid,
        info: { deviceInfo: asked.deviceInfo, userInfo: asked.userInfo },
      }
      return loginInOneCall(setup, actor, call, async (result) => {
        const answer = {
          beside: { status: result.status, message: result.message },
          data: await dataFor(api, caller, callerKey, result),
        }
        return { answer, writes: await keeping(answer) }
      })
    },
  })
}

async function dataFor(
  { setup, options }: FaceApi,
  caller: AuthenticationCaller,
  callerKey: string,
  { session, status, kept }: OneCallResult,
): Promise<z.output<typeof data>> {
  const { services } = setup
  const told = { sessionId: session.id, pinRequired: status === 'pin' }
  if (status === 'pin') return { ...told, token: await pinToken(services, session, callerKey) }
  if (status !== 'success') return told
  const token = await userToken(services, session, caller, options.userTokenSeconds ?? 900)
  return { ...told, ...(await scopedData(services, session, kept)), token }
}

function userToken(
  services: FaceApi['setup']['services'],
  session: SessionRow,
  caller: AuthenticationCaller,
  seconds: number,
): Promise<string> {
  return services.tokens.issue({
    type: userTokenType,
    audience: 'authentication',
    tenant: session.tenant,
    subject: session.userId ?? '',
    seconds,
    claims: { session: session.id, community: session.community, for: caller.id },
  })
}

/** The user of an earlier login's token, which must have been given to the same licence or service key, for the same community. */
async function userOf(
  { setup }: FaceApi,
  { tenant, id }: AuthenticationCaller,
  community: string,
  token: string | undefined,
): Promise<string | undefined> {
  if (token === undefined) return undefined
  try {
    const demand = { type: userTokenType, audience: 'authentication', tenant }
    const { subject, claims } = await setup.services.tokens.verify(token, demand)
    if (claims['for'] !== id || claims['community'] !== community) throw new BillfoldError('token.invalid')
    return subject
  } catch (cause) {
    if (isBillfoldError(cause, 'token.expired')) throw new BillfoldError('token.invalid', { cause })
    throw cause
  }
}

/** Whoever brings no public key is known by what they are let in with. */
function keyOf({ envelope, id }: AuthenticationCaller): string {
  return envelope?.caller ?? sha256(`caller ${id}`)
}

function labelIn(deviceInfo: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const label = deviceInfo?.['deviceId']
  return typeof label === 'string' ? label.slice(0, 256) : undefined
}
