import type { Billfold } from '@billfold/core'
import type { HttpReply, RequestDriver } from '../request-driver.ts'
import { createSelfie, createUser } from './fixtures.ts'
import { createEncryptingClient, type EncryptingClient, type RequestOverrides } from './encrypting-client.ts'
import type { JsonValue } from '../json-value.ts'

/** The public URL of the hosts in these suites. */
export const publicUrl = 'https://login.example/walletapi'

/** The reply to a step; encrypted `data` is decrypted. */
export interface StepReply {
  readonly status: number
  readonly data: JsonValue
  readonly json: JsonValue
}

/** The steps of a login by a relying party and browsers. */
export interface LoginFlow {
  readonly relyingParty: EncryptingClient
  /** Creates a session as a relying party. */
  readonly createSession: (requested: Readonly<Record<string, unknown>>) => Promise<{ sessionId: string; url: string }>
  /** Starts a session in a new browser. */
  readonly startBrowser: (url: string) => Promise<LoginBrowser>
  /** Creates a user with an enrolled face. */
  readonly createEnrolledUser: (person: string, pin?: string) => Promise<string>
}

/** A browser that has started a session, with its own key pair. */
export interface LoginBrowser {
  readonly sessionId: string
  readonly publicKey: string
  readonly cookie: string
  readonly location: string
  readonly submitFace: (data: Readonly<Record<string, unknown>>, unusual?: RequestOverrides) => Promise<StepReply>
  readonly verifyPin: (
    token: string,
    data: Readonly<Record<string, unknown>>,
    unusual?: RequestOverrides,
  ) => Promise<StepReply>
  readonly startLiveness: (unusual?: RequestOverrides) => Promise<StepReply>
  readonly getResult: (deviceId?: string) => Promise<StepReply>
  /** Sends another step of this session. */
  readonly send: (path: string, data?: object, unusual?: RequestOverrides) => Promise<StepReply>
  /** The same browser after a reload of its page, which may reach another process: the same cookie, and a new key pair. */
  readonly reload: (at?: RequestDriver) => Promise<LoginBrowser>
}

/** Creates the login steps for an API. */
export async function createLoginFlow(driver: RequestDriver, billfold: Billfold, licence: string): Promise<LoginFlow> {
  const relyingParty = await createEncryptingClient(driver, { licence })
  const startBrowser = async (url: string): Promise<LoginBrowser> => {
    const answer = await visitSessionUrl(driver, url)
    if (answer.status !== 302) throw new Error(`not opened: ${answer.status} ${answer.text}`)
    return createBrowser(driver, answer)
  }
  return {
    relyingParty,
    startBrowser,
    createSession: async (requested) => {
      const { status, json, text } = await relyingParty.send('PUT', '/sessions/session/new', { data: requested })
      if (status !== 201) throw new Error(`not made: ${status} ${text}`)
      return json as { sessionId: string; url: string }
    },
    createEnrolledUser: async (person, pin) => {
      const userId = await createUser(billfold, pin)
      await enrolFace(driver, billfold, userId, person)
      return userId
    },
  }
}

/** Enrols a face in a session with a verified identity. */
export async function enrolFace(
  driver: RequestDriver,
  billfold: Billfold,
  userId: string,
  person: string,
): Promise<StepReply> {
  const input = { userId, purpose: 'enroll', identityVerified: true, configuration: 'still' } as const
  const { sessionId } = await billfold.authentication.sessions.create(input)
  const answer = await visitSessionUrl(driver, `${publicUrl}/sessions/session/${sessionId}`)
  return (await createBrowser(driver, answer)).submitFace({ selfie: createSelfie(person) })
}

/** Visits a session URL, optionally with a cookie. */
export async function visitSessionUrl(driver: RequestDriver, url: string, cookie?: string): Promise<HttpReply> {
  const session = encodeURIComponent(Buffer.from(url).toString('base64'))
  return driver.request(
    'GET',
    `/v2/authenticate?session=${session}`,
    cookie === undefined ? {} : { headers: { cookie } },
  )
}

async function createBrowser(driver: RequestDriver, answer: HttpReply): Promise<LoginBrowser> {
  const { headers } = answer
  const location = String(headers['location'])
  const sessionId = new URL(location, 'http://host').searchParams.get('session') ?? ''
  const [cookie = ''] = String(headers['set-cookie']).split(';')
  const caller = await createEncryptingClient(driver)
  const step = async (path: string, data: unknown, unusual: RequestOverrides): Promise<StepReply> => {
    const request = { ...unusual, headers: { cookie, ...unusual.headers } }
    const { status, json, decrypted } = await caller.send('POST', path, { data, ...request })
    return { status, json, data: decrypted }
  }
  return {
    sessionId,
    cookie,
    location,
    publicKey: caller.keyPair.publicKey,
    submitFace: (data, unusual = {}) => step('/v2/submit_face', { sessionId, deviceId: 'phone', ...data }, unusual),
    verifyPin: (token, data, unusual = {}) => step('/verify_pin', data, { token, ...unusual }),
    startLiveness: (unusual = {}) => step('/v2/start_liveness', { sessionId }, unusual),
    send: (path, data = {}, unusual = {}) => step(path, { sessionId, ...data }, unusual),
    reload: (at = driver) => createBrowser(at, answer),
    getResult: (deviceId) =>
      step(`/session_result?session=${sessionId}`, deviceId === undefined ? {} : { deviceId }, {}),
  }
}
