import type { Route } from '@billfold/core/http'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { createEncryptedRequests } from '../authentication/encrypted-requests.ts'
import { createFuzzedAuthentication } from '../authentication/fuzzed-authentication.ts'
import { createFuzzedCustody } from '../custody/fuzzed-custody.ts'
import { createFuzzedDids } from '../dids/fuzzed-dids.ts'
import { createSignedRequests } from '../dids/signed-requests.ts'
import type { Mounting } from '../hosts/mountings.ts'
import { startHost } from '../hosts/start-host.ts'
import { createFuzzedOnboarding } from '../onboarding/fuzzed-onboarding.ts'
import { createFuzzedPayments } from '../payments/fuzzed-payments.ts'
import type { RequestDriver } from '../request-driver.ts'
import { sendRequest } from '../send-request.ts'
import type { FuzzedAccess, FuzzedCheck } from './fuzzed-api.ts'
import type { FuzzTarget } from './requests.ts'

/** The APIs, each with a host for hostile requests. */
export const fuzzedApis = {
  custody: createFuzzedCustody,
  dids: createFuzzedDids,
  payments: createFuzzedPayments,
  onboarding: createFuzzedOnboarding,
  authentication: createFuzzedAuthentication,
} as const

/** The name of an API. */
export type FuzzedApiName = keyof typeof fuzzedApis

/** The names of the APIs. */
export const fuzzedApiNames = ['custody', 'dids', 'payments', 'onboarding', 'authentication'] as const

/** A listening host of an API. */
export interface FuzzedHost {
  readonly port: number
  readonly access: FuzzedAccess
  readonly check: () => Promise<FuzzedCheck>
  readonly close: () => Promise<void>
}

/** Starts an API over a fresh database. @param kind of the database: `sqlite`, `postgres`, `mysql` */
export async function startFuzzedHost(name: FuzzedApiName, kind: string, mounting: Mounting): Promise<FuzzedHost> {
  const database = (await listTestDatabases({ servers: 'always' })).find((one) => one.kind === kind)
  if (database === undefined) throw new Error(`there is no database of the kind ${kind}`)
  const { connect, drop } = await database.create()
  const db = connect()
  await migrate(db, { dialect: database.dialect })
  const fuzzed = await fuzzedApis[name](kyselyStorage(db, { dialect: database.dialect }))
  const { port, close } = await startHost(mounting, fuzzed.api)
  const access = await fuzzed.prepare(driverTo(port, mounting.prefix))
  return {
    port,
    access,
    check: fuzzed.check,
    close: async () => {
      await close()
      await drop()
      await fuzzed.drop()
    },
  }
}

/** Creates the target for requests to a host, which may be another process. */
export async function createFuzzTarget(
  name: FuzzedApiName,
  { port, access }: Pick<FuzzedHost, 'port' | 'access'>,
  prefix: string,
): Promise<FuzzTarget> {
  // In memory, for its routes alone.
  const { api, expected, drop } = await fuzzedApis[name]()
  await drop()
  const unknown = Object.keys(access.bodies ?? {}).filter((id) => !api.routes.some((route) => route.id === id))
  if (unknown.length > 0) throw new Error(`the ${name} API has no operations ${unknown.join(', ')}`)
  const { headers, serviceHeaders, secureChannel, didAuth } = access
  const fields = new Map(Object.entries(access.fields))
  const headersFor: FuzzTarget['headers'] = (route, random) =>
    serviceHeaders !== undefined && isForServices(route) ? serviceHeaders : random.pick(headers)
  const target = {
    port,
    prefix,
    routes: api.routes,
    headers: headersFor,
    fields,
    bodies: access.bodies ?? {},
    expected,
  }
  const driver = driverTo(port, prefix)
  if (secureChannel !== undefined)
    return { ...target, complete: await createEncryptedRequests(driver, secureChannel, fields) }
  return didAuth === undefined ? target : { ...target, complete: createSignedRequests(driver, prefix, didAuth) }
}

function isForServices({ guard }: Route): boolean {
  return guard.name.startsWith('service key')
}

function driverTo(port: number, prefix: string): RequestDriver {
  return { request: (method, path, sent) => sendRequest(port, method, prefix + path, sent) }
}
