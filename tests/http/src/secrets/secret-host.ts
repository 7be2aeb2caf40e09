import { createServer } from 'node:http'
import { inspect } from 'node:util'
import {
  type BillfoldEvent,
  createBillfold,
  createPasswordHasher,
  databaseBlobs,
  localKeyring,
  type Logger,
  newKey,
  type RateLimiter,
  type Storage,
} from '@billfold/core'
import { scriptedVerifier } from '@billfold/core/biometrics'
import type { MountableApi } from '@billfold/core/http'
import { passkeys } from '@billfold/passkeys'
import { risk } from '@billfold/risk'
import { publicUrl } from '../authentication/login-flow.ts'
import { startHost } from '../hosts/start-host.ts'
import { template } from '../onboarding/onboarding-host.ts'
import type { HttpReply, RequestContent, RequestDriver } from '../request-driver.ts'
import { sendRequest } from '../send-request.ts'
import { startRecording } from '../telemetry/recording-sdk.ts'
import { Secrets } from './find-secrets.ts'

/** The modules of the host, which are migrated as well. */
export const modules = [
  passkeys({ rpId: 'login.example', rpName: 'Example', origins: [new URL(publicUrl).origin] }),
  risk(),
] as const

const allowed = { allowed: true, retryAfterSeconds: 1 } as const
const unlimited: RateLimiter = { consume: () => Promise.resolve(allowed), peek: () => Promise.resolve(allowed) }

/** A request as it was sent to an API. */
export interface SentRequest {
  readonly api: string
  readonly method: string
  readonly path: string
  readonly content: RequestContent
  readonly send: (content: RequestContent) => Promise<HttpReply>
}

/** Creates a host of all APIs over a storage, with everything that leaves it recorded. */
export async function createSecretHost(storage: Storage) {
  const secrets = new Secrets()
  const [lines, notices, events, deliveries]: [
    string[],
    { topic: string; payload: object }[],
    BillfoldEvent[],
    string[],
  ] = [[], [], [], []]
  const write =
    (level: string): Logger['info'] =>
    (fields, message) => {
      // As verbose as a logger can be: everything that hangs on an error, to the end.
      const all = inspect(fields, { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null })
      lines.push(`${level} ${message} ${all} ${JSON.stringify(fields)}`)
    }
  const logger = { error: write('error'), warn: write('warn'), info: write('info') }
  const recorded = startRecording()
  const billfold = createBillfold({
    storage,
    modules,
    logger,
    issuer: publicUrl,
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
    }),
    rateLimiter: unlimited,
    telemetry: { tracer: recorded.tracer, meter: recorded.meter },
    events: { handle: (event) => void events.push(event) },
    notifier: { deliver: async ({ topic, payload }) => void notices.push({ topic, payload }) },
    webhooks: { allowHttp: true, allowPrivateAddresses: true },
    authentication: { publicUrl, verifier: scriptedVerifier(), assessRisk: () => 'allow' },
    onboarding: { blobs: databaseBlobs(storage), templates: [template] },
    payments: { requirePin: true },
  })
  const receiver = await startReceiver((delivery) => deliveries.push(delivery))
  const path = secrets.add('the path of a webhook', 'hook-mark-zq01')
  const { secret } = await billfold.webhooks.create({ url: `${receiver.url}/${path}` })
  secrets.add('the secret of a webhook', secret)
  const key = await billfold.serviceKeys.create({ tag: 'suite', scopes: ['*'] })
  secrets.add('the secret of a service key', key.keySecret)
  const sent: SentRequest[] = []
  const closing: (() => Promise<void>)[] = [receiver.close, recorded.close]
  const serve = async (api: MountableApi): Promise<RequestDriver> => {
    const host = await startHost({ framework: 'express 5', through: 'app', prefix: '', parser: false }, api)
    closing.push(host.close)
    return {
      request: (method, to, content = {}) => {
        const send = (next: RequestContent) => sendRequest(host.port, method, to, next)
        sent.push({ api: api.name, method, path: to, content, send })
        return send(content)
      },
    }
  }
  return {
    billfold,
    storage,
    secrets,
    key,
    serve,
    sent,
    notices,
    lines,
    /** What left the process, by where it went. */
    leave: async (): Promise<Readonly<Record<string, string>>> => ({
      events: JSON.stringify(events),
      webhooks: deliveries.join('\n'),
      metrics: JSON.stringify([...(await recorded.points())]),
      spans: recorded
        .spans()
        .map(({ name, attributes, status, events: of }) => JSON.stringify({ name, attributes, status, of }))
        .join('\n'),
      audit: JSON.stringify(await listAudit(billfold)),
    }),
    close: async () => {
      for (const close of closing) await close()
    },
  }
}

/** A host whose secrets are searched for. */
export type SecretHost = Awaited<ReturnType<typeof createSecretHost>>

async function listAudit({ audit }: Pick<ReturnType<typeof createBillfold>, 'audit'>): Promise<readonly unknown[]> {
  const all: unknown[] = []
  for (let after: string | undefined; ; ) {
    const { records } = await audit.search({ limit: 200, ...(after !== undefined && { after }) })
    all.push(...records)
    after = records.at(-1)?.id
    if (after === undefined || records.length < 200) return all
  }
}

async function startReceiver(note: (delivery: string) => void) {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      note(`${JSON.stringify(request.headers)} ${Buffer.concat(chunks).toString()}`)
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
