import type { Billfold } from '@billfold/core'
import type { Answer } from '../client.ts'
import { newUser, selfieOf } from './people.ts'
import { type Asker, type Sealer, sealer, type Unusual } from './sealer.ts'
import type { ReplyJson } from '../reply-json.ts'

/** Where the hosts of these suites say that they are. */
export const publicUrl = 'https://login.example/walletapi'

/** What a step was answered; `data` is decrypted where it was encrypted. */
export interface StepAnswer {
  readonly status: number
  readonly data: ReplyJson
  readonly json: ReplyJson
}

/** A relying party and a browser, and what they do. */
export interface Steps {
  readonly relyingParty: Sealer
  /** Makes a session, as a relying party does. */
  readonly session: (asked: Readonly<Record<string, unknown>>) => Promise<{ sessionId: string; url: string }>
  /** Opens a session in a new browser. */
  readonly open: (url: string) => Promise<Browser>
  /** Makes a user who has a face. */
  readonly enrolled: (person: string, pin?: string) => Promise<string>
}

/** A browser that has opened a session, with a key pair of its own. */
export interface Browser {
  readonly sessionId: string
  readonly publicKey: string
  readonly cookie: string
  readonly location: string
  readonly face: (data: Readonly<Record<string, unknown>>, unusual?: Unusual) => Promise<StepAnswer>
  readonly pin: (token: string, data: Readonly<Record<string, unknown>>, unusual?: Unusual) => Promise<StepAnswer>
  readonly liveness: (unusual?: Unusual) => Promise<StepAnswer>
  readonly result: (deviceId?: string) => Promise<StepAnswer>
}

/** What a relying party and browsers do at an API. */
export async function stepsAt(asker: Asker, billfold: Billfold, licence: string): Promise<Steps> {
  const relyingParty = await sealer(asker, { licence })
  const open = async (url: string): Promise<Browser> => {
    const answer = await openUrl(asker, url)
    if (answer.status !== 302) throw new Error(`not opened: ${answer.status} ${answer.text}`)
    return browserFor(asker, answer)
  }
  return {
    relyingParty,
    open,
    session: async (asked) => {
      const { status, json, text } = await relyingParty.send('PUT', '/sessions/session/new', { data: asked })
      if (status !== 201) throw new Error(`not made: ${status} ${text}`)
      return json as { sessionId: string; url: string }
    },
    enrolled: async (person, pin) => {
      const userId = await newUser(billfold, pin)
      await enrol(asker, billfold, userId, person)
      return userId
    },
  }
}

/** Enrols a face by the host's word. */
export async function enrol(asker: Asker, billfold: Billfold, userId: string, person: string): Promise<StepAnswer> {
  const input = { userId, purpose: 'enroll', identityVerified: true, configuration: 'still' } as const
  const { sessionId } = await billfold.authentication.sessions.create(input)
  const answer = await openUrl(asker, `${publicUrl}/sessions/session/${sessionId}`)
  return (await browserFor(asker, answer)).face({ selfie: selfieOf(person) })
}

/** Opens a session URL, with a cookie or without. */
export async function openUrl(asker: Asker, url: string, cookie?: string): Promise<Answer> {
  const session = encodeURIComponent(Buffer.from(url).toString('base64'))
  return asker.request(
    'GET',
    `/v2/authenticate?session=${session}`,
    cookie === undefined ? {} : { headers: { cookie } },
  )
}

async function browserFor(asker: Asker, { headers }: Answer): Promise<Browser> {
  const location = String(headers['location'])
  const sessionId = new URL(location, 'http://host').searchParams.get('session') ?? ''
  const [cookie = ''] = String(headers['set-cookie']).split(';')
  const caller = await sealer(asker)
  const step = async (path: string, data: unknown, unusual: Unusual): Promise<StepAnswer> => {
    const brought = { ...unusual, headers: { cookie, ...unusual.headers } }
    const { status, json, opened } = await caller.send('POST', path, { data, ...brought })
    return { status, json, data: opened }
  }
  return {
    sessionId,
    cookie,
    location,
    publicKey: caller.pair.publicKey,
    face: (data, unusual = {}) => step('/v2/submit_face', { sessionId, deviceId: 'phone', ...data }, unusual),
    pin: (token, data, unusual = {}) => step('/verify_pin', data, { token, ...unusual }),
    liveness: (unusual = {}) => step('/v2/start_liveness', { sessionId }, unusual),
    result: (deviceId) => step(`/session_result?session=${sessionId}`, deviceId === undefined ? {} : { deviceId }, {}),
  }
}
