import { AuthenticationClientError, loginUrl, requestSession, getSessionResponse } from '@billfold/core/client'
import { z } from 'zod'
import {
  type DemoAction,
  defineAction,
  assertCreatedByDemo,
  uuidSchema,
  createDemoUser,
  pinSchema,
} from './demo-action.ts'
import { type ActionContext, toJson, callInProcess } from './context.ts'
import { connectRelyingParty } from './relying-party.ts'

/** Tags of the verification configurations, see `verification.ts`. */
const configuration = z.enum(['default', 'still', 'careful'])
const sessionInput = z.object({ userId: uuidSchema, configuration })

/** Actions: enrol a face and sign in with it. The demo is the relying party. */
export const faceDemoActions: Readonly<Record<string, DemoAction>> = {
  'face/user': defineAction(z.object({ pin: pinSchema }), (input, context) => createDemoUser(context, input.pin)),
  'face/enrol': defineAction(sessionInput, (input, context) => enrol(input, context)),
  'face/sign-in': defineAction(sessionInput, async (input, context) => {
    await assertCreatedByDemo(context, input.userId)
    return startLogin(context, { ...input, page: 'face' })
  }),
  'face/result': defineAction(z.object({ sessionId: uuidSchema }), async ({ sessionId }, context) => {
    const shop = await connectRelyingParty(context)
    return recordCall(
      context,
      'GET',
      `/sessions/session/${sessionId}/response`,
      `await sessionResponse(shop, '${sessionId}')`,
      () => getSessionResponse(shop, sessionId),
    )
  }),
  'face/devices': defineAction(z.object({ userId: uuidSchema }), async ({ userId }, context) => {
    await assertCreatedByDemo(context, userId)
    return callInProcess(context, `await billfold.authentication.devices.list('${userId}')`, () =>
      context.billfold.authentication.devices.list(userId),
    )
  }),
  'face/erase': defineAction(z.object({ userId: uuidSchema }), async ({ userId }, context) => {
    await assertCreatedByDemo(context, userId)
    await callInProcess(context, `await billfold.users.erase('${userId}')`, () => context.billfold.users.erase(userId))
    return {}
  }),
}

type SessionInput = z.output<typeof sessionInput>

/** Starts an enrolment session. The host confirms the user's identity, because it has just created the user. */
async function enrol({ userId, configuration: tag }: SessionInput, context: ActionContext): Promise<unknown> {
  await assertCreatedByDemo(context, userId)
  const { baseUrl } = context.settings
  const input = {
    userId,
    purpose: 'enroll',
    identityVerified: true,
    configuration: tag,
    metadata: { returnUrl: `${baseUrl}/demo/face` },
  } as const
  const code = `await billfold.authentication.sessions.create(${toJson(input)})`
  const { sessionId } = await callInProcess(context, code, () => context.billfold.authentication.sessions.create(input))
  return { url: loginUrl({ url: `${baseUrl}/walletapi` }, `${baseUrl}/walletapi/sessions/session/${sessionId}`) }
}

/** A login, and the page of the console that it returns to. */
interface LoginInput {
  readonly userId: string
  /** The tag of the verification configuration. */
  readonly configuration: string
  readonly page: 'face' | 'passkeys'
}

/** Starts a session as the relying party, and returns the URL to redirect to. */
export async function startLogin(
  context: ActionContext,
  { userId, configuration: tag, page }: LoginInput,
): Promise<unknown> {
  const { baseUrl } = context.settings
  const shop = await connectRelyingParty(context)
  const session = {
    origin: baseUrl,
    scopes: page === 'face' ? 'wallet liveness_score face_compare_score' : 'wallet',
    authtype: page,
    dvcID: tag,
    userId,
    metadata: { returnUrl: `${baseUrl}/demo/${page}` },
  }
  const code = `await newSession(shop, ${toJson(session)})`
  const { url } = await recordCall(
    context,
    'PUT',
    '/sessions/session/new',
    code,
    () => requestSession(shop, session),
    session,
  )
  return { url: loginUrl({ url: `${baseUrl}/walletapi` }, url) }
}

/** Records a call of the client library with its plain-text bodies, since the bodies on the wire are encrypted. */
async function recordCall<T>(
  { record }: ActionContext,
  method: string,
  path: string,
  call: string,
  work: () => Promise<T>,
  body?: unknown,
): Promise<T> {
  const started = performance.now()
  const recordResponse = (status: number, reply: unknown): void =>
    record({
      kind: 'http',
      by: 'host',
      method,
      path: `/walletapi${path}`,
      headers: {},
      ...(body !== undefined && { body: toJson(body) }),
      status,
      reply: toJson(reply),
      milliseconds: Math.round(performance.now() - started),
      code: `const shop = await connect({ url, licence })\n${call}`,
    })
  try {
    const result = await work()
    // The client maps a 404 (no result yet) to undefined.
    recordResponse(result === undefined ? 404 : method === 'PUT' ? 201 : 200, result ?? null)
    return result
  } catch (error) {
    if (error instanceof AuthenticationClientError) recordResponse(error.status, { message: error.message })
    throw error
  }
}
