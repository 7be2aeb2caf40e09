import { AuthenticationClientError, loginUrl, newSession, sessionResponse } from '@billfold/core/client'
import { z } from 'zod'
import { type Act, act, assertMadeHere, id, makeUser, pin } from './act.ts'
import { type Acting, asText, callInProcess } from './setup.ts'
import { relyingParty } from './relying-party.ts'

/** The tags of the configurations that the host makes on its first start, see `verification.ts`. */
const configuration = z.enum(['default', 'still', 'careful'])
const sessionFor = z.object({ userId: id, configuration })

/** Somebody enrols a face and signs in with it; the demo is the relying party. */
export const faceActs: Readonly<Record<string, Act>> = {
  'face/person': act(z.object({ pin }), (input, acting) => makeUser(acting, input.pin)),
  'face/enrol': act(sessionFor, (input, acting) => enrol(input, acting)),
  'face/sign-in': act(sessionFor, (input, acting) => signIn(input, acting)),
  'face/result': act(z.object({ sessionId: id }), async ({ sessionId }, acting) => {
    const shop = await relyingParty(acting)
    return noted(
      acting,
      'GET',
      `/sessions/session/${sessionId}/response`,
      `await sessionResponse(shop, '${sessionId}')`,
      () => sessionResponse(shop, sessionId),
    )
  }),
  'face/devices': act(z.object({ userId: id }), async ({ userId }, acting) => {
    await assertMadeHere(acting, userId)
    return callInProcess(acting, `await billfold.authentication.devices.list('${userId}')`, () =>
      acting.billfold.authentication.devices.list(userId),
    )
  }),
  'face/forget': act(z.object({ userId: id }), async ({ userId }, acting) => {
    await assertMadeHere(acting, userId)
    await callInProcess(acting, `await billfold.users.erase('${userId}')`, () => acting.billfold.users.erase(userId))
    return {}
  }),
}

type SessionFor = z.output<typeof sessionFor>

/** The host gives its word that it is this user who sits there: it has just made them. */
async function enrol({ userId, configuration: tag }: SessionFor, acting: Acting): Promise<unknown> {
  await assertMadeHere(acting, userId)
  const { baseUrl } = acting.settings
  const input = {
    userId,
    purpose: 'enroll',
    vouched: true,
    configuration: tag,
    metadata: { returnUrl: `${baseUrl}/demo/face` },
  } as const
  const code = `await billfold.authentication.sessions.create(${asText(input)})`
  const { sessionId } = await callInProcess(acting, code, () => acting.billfold.authentication.sessions.create(input))
  return { url: loginUrl({ url: `${baseUrl}/walletapi` }, `${baseUrl}/walletapi/sessions/session/${sessionId}`) }
}

async function signIn({ userId, configuration: tag }: SessionFor, acting: Acting): Promise<unknown> {
  await assertMadeHere(acting, userId)
  const { baseUrl } = acting.settings
  const shop = await relyingParty(acting)
  const session = {
    origin: baseUrl,
    scopes: 'wallet liveness_score face_compare_score',
    authtype: 'face',
    dvcID: tag,
    userId,
    metadata: { returnUrl: `${baseUrl}/demo/face` },
  }
  const code = `await newSession(shop, ${asText(session)})`
  const { url } = await noted(acting, 'PUT', '/sessions/session/new', code, () => newSession(shop, session), session)
  return { url: loginUrl({ url: `${baseUrl}/walletapi` }, url) }
}

/** Notes a call of the client library: what went over the wire is encrypted, so it is shown as it is before and after. */
async function noted<T>(
  { note }: Acting,
  method: string,
  path: string,
  call: string,
  work: () => Promise<T>,
  body?: unknown,
): Promise<T> {
  const started = performance.now()
  const noteAnswer = (status: number, reply: unknown): void =>
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
    // Nothing yet is a 404, of which the client makes undefined.
    noteAnswer(result === undefined ? 404 : method === 'PUT' ? 201 : 200, result ?? null)
    return result
  } catch (error) {
    if (error instanceof AuthenticationClientError) noteAnswer(error.status, { message: error.message })
    throw error
  }
}
