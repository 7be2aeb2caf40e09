import { AuthenticationClientError, loginUrl, newSession, sessionResponse } from '@billfold/core/client'
import { z } from 'zod'
import { type Act, act, assertMadeHere, id, makeUser, pin } from './act.ts'
import { type Acting, asText, callInProcess } from './setup.ts'
import { relyingParty } from './relying-party.ts'

/** Tags of the verification configurations, see `verification.ts`. */
const configuration = z.enum(['default', 'still', 'careful'])
const sessionInput = z.object({ userId: id, configuration })

/** Actions: enrol a face and sign in with it. The demo is the relying party. */
export const faceActs: Readonly<Record<string, Act>> = {
  'face/user': act(z.object({ pin }), (input, context) => makeUser(context, input.pin)),
  'face/enrol': act(sessionInput, (input, context) => enrol(input, context)),
  'face/sign-in': act(sessionInput, (input, context) => signIn(input, context)),
  'face/result': act(z.object({ sessionId: id }), async ({ sessionId }, context) => {
    const shop = await relyingParty(context)
    return recordCall(
      context,
      'GET',
      `/sessions/session/${sessionId}/response`,
      `await sessionResponse(shop, '${sessionId}')`,
      () => sessionResponse(shop, sessionId),
    )
  }),
  'face/devices': act(z.object({ userId: id }), async ({ userId }, context) => {
    await assertMadeHere(context, userId)
    return callInProcess(context, `await billfold.authentication.devices.list('${userId}')`, () =>
      context.billfold.authentication.devices.list(userId),
    )
  }),
  'face/erase': act(z.object({ userId: id }), async ({ userId }, context) => {
    await assertMadeHere(context, userId)
    await callInProcess(context, `await billfold.users.erase('${userId}')`, () => context.billfold.users.erase(userId))
    return {}
  }),
}

type SessionInput = z.output<typeof sessionInput>

/** Starts an enrolment session. The host confirms the user's identity, because it has just created the user. */
async function enrol({ userId, configuration: tag }: SessionInput, context: Acting): Promise<unknown> {
  await assertMadeHere(context, userId)
  const { baseUrl } = context.settings
  const input = {
    userId,
    purpose: 'enroll',
    vouched: true,
    configuration: tag,
    metadata: { returnUrl: `${baseUrl}/demo/face` },
  } as const
  const code = `await billfold.authentication.sessions.create(${asText(input)})`
  const { sessionId } = await callInProcess(context, code, () => context.billfold.authentication.sessions.create(input))
  return { url: loginUrl({ url: `${baseUrl}/walletapi` }, `${baseUrl}/walletapi/sessions/session/${sessionId}`) }
}

async function signIn({ userId, configuration: tag }: SessionInput, context: Acting): Promise<unknown> {
  await assertMadeHere(context, userId)
  const { baseUrl } = context.settings
  const shop = await relyingParty(context)
  const session = {
    origin: baseUrl,
    scopes: 'wallet liveness_score face_compare_score',
    authtype: 'face',
    dvcID: tag,
    userId,
    metadata: { returnUrl: `${baseUrl}/demo/face` },
  }
  const code = `await newSession(shop, ${asText(session)})`
  const { url } = await recordCall(
    context,
    'PUT',
    '/sessions/session/new',
    code,
    () => newSession(shop, session),
    session,
  )
  return { url: loginUrl({ url: `${baseUrl}/walletapi` }, url) }
}

/** Records a call of the client library with its plain-text bodies, since the bodies on the wire are encrypted. */
async function recordCall<T>(
  { note }: Acting,
  method: string,
  path: string,
  call: string,
  work: () => Promise<T>,
  body?: unknown,
): Promise<T> {
  const started = performance.now()
  const recordResponse = (status: number, reply: unknown): void =>
    note({
      kind: 'http',
      by: 'host',
      method,
      path: `/walletapi${path}`,
      headers: {},
      ...(body !== undefined && { body: asText(body) }),
      status,
      reply: asText(reply),
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
