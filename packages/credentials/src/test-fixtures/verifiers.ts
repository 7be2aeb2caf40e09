import { isBillfoldError } from '@billfold/core'
import { afterEach, beforeAll, beforeEach } from 'vitest'
import { fetchRequest, issuePidSdJwt, presentSdJwt, respond } from './test-wallet.ts'
import {
  createStatusServer,
  createTestPki,
  startVerifier,
  type TestPki,
  type VerifierHost,
  type VerifierHostOptions,
} from './verifier-host.ts'

/** What the tests of a file start verifiers with. */
export interface Verifiers {
  /** The certificates, made once. */
  readonly pki: TestPki
  /** The server of the issuer's status list, new for each test. */
  readonly statusServer: ReturnType<typeof createStatusServer>
  /** Starts a verifier that reads the status list. It is closed after the test. */
  readonly start: (options?: VerifierHostOptions) => Promise<VerifierHost>
}

/** Prepares the verifiers of a test file. The result can be used within tests and hooks. */
export function prepareVerifiers(): Verifiers {
  let prepared: { pki: TestPki; statusServer: Verifiers['statusServer'] } | undefined
  const hosts: VerifierHost[] = []
  const get = () => {
    if (prepared === undefined) throw new Error('The verifiers are there within tests only')
    return prepared
  }
  beforeAll(async () => {
    const pki = await createTestPki()
    prepared = { pki, statusServer: createStatusServer(pki.issuer) }
  })
  beforeEach(() => {
    get().statusServer = createStatusServer(get().pki.issuer)
  })
  afterEach(() => {
    for (const host of hosts.splice(0)) host.close()
  })
  return {
    get pki() {
      return get().pki
    },
    get statusServer() {
      return get().statusServer
    },
    start: async (options = {}) => {
      const { pki, statusServer } = get()
      const host = await startVerifier(pki, { fetch: statusServer.fetch, ...options })
      hosts.push(host)
      return host
    },
  }
}

/** Requests the PID and presents it as it should be. */
export async function presentPid({ pki }: Verifiers, { verifier }: VerifierHost, session?: string) {
  const created = await verifier.request({
    query: 'pid',
    flow: 'same-device',
    ...(session !== undefined && { session }),
  })
  const request = await fetchRequest(created.uri ?? '')
  const vpToken = { 'pid-1': [await presentSdJwt(request, await issuePidSdJwt(pki.issuer))] }
  return { created, request, vpToken, reply: await respond(request, vpToken) }
}

/** The code of the error of a call, or `done`. */
export function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'done',
    (error: unknown) => (isBillfoldError(error) ? error.code : error),
  )
}
