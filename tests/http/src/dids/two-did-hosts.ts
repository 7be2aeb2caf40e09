import type { Billfold } from '@billfold/core'
import type { MountableApi } from '@billfold/core/http'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import type { TestDatabase } from '@billfold/test-databases'
import type { Answer, Sent } from '../client.ts'
import { type DidCaller, didCaller } from './did-caller.ts'
import { aKeyring, type DidHost, type DidHostOptions, didHost, outsider } from './did-host.ts'

/** Two instances that share a fresh database, each over a pool of its own, as two host processes would. */
export interface TwoDidHosts {
  readonly hosts: readonly [DidHost, DidHost]
  /** Callers of the one and of the other. */
  readonly callers: readonly [DidCaller, DidCaller]
  readonly drop: () => Promise<void>
}

/** Opens a database for two instances. */
export async function twoDidHosts(database: TestDatabase, options: DidHostOptions = {}): Promise<TwoDidHosts> {
  const { connect, drop } = await database.open()
  const { dialect } = database
  const shared = { keyring: aKeyring(), admin: outsider(), ...options }
  const pools = [connect(), connect()] as const
  await migrate(pools[0], { dialect })
  const first = await didHost(kyselyStorage(pools[0], { dialect }), shared)
  const second = await didHost(kyselyStorage(pools[1], { dialect }), shared)
  return { hosts: [first, second], callers: [callerOf(first), callerOf(second)], drop }
}

/** Calls the DID API of an instance without a server between. */
export function callerOf({ billfold, authorization }: DidHost): DidCaller {
  return didCaller({ request: (...sent) => askApi(billfold.dids, ...sent) }, () => authorization)
}

/** Calls the custody API of an instance without a server between. */
export function custodyOf(billfold: Billfold, authorization: string): DidCaller['call'] {
  return didCaller({ request: (...sent) => askApi(billfold.custody, ...sent) }, () => authorization).call
}

async function askApi(api: MountableApi, method: string, target: string, sent: Sent = {}): Promise<Answer> {
  const [path = '', query = ''] = target.split('?')
  const given = path.split('/')
  const route = api.routes.find((one) => {
    const wanted = one.path.split('/')
    const fits =
      wanted.length === given.length && wanted.every((part, index) => part.startsWith(':') || part === given[index])
    return one.method === method && fits
  })
  if (route === undefined) throw new Error(`there is no route ${method} ${path}`)
  const params = Object.fromEntries(
    route.path.split('/').flatMap((part, index) => (part.startsWith(':') ? [[part.slice(1), given[index] ?? '']] : [])),
  )
  const raw = JSON.stringify(sent.json)
  const { status, headers, body } = await api.handle(route, {
    method,
    path,
    mount: '',
    params,
    query,
    headers: { ...sent.headers, ...(sent.json !== undefined && { 'content-type': 'application/json' }) },
    ip: '192.0.2.1',
    body: sent.json === undefined ? { kind: 'none' } : { kind: 'parsed', value: JSON.parse(raw), raw },
    signal: new AbortController().signal,
  })
  const text = typeof body === 'string' ? body : ''
  const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  return { status, headers: plain, text, json: JSON.parse(text) }
}
