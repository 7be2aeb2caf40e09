import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { openTestDatabases } from '@billfold/test-databases'
import { sendRequest } from '../send-request.ts'
import type { RequestContent } from '../request-driver.ts'
import type { FuzzTarget } from '../fuzz/requests.ts'
import { startHost } from '../hosts/start-host.ts'
import type { Mounting } from '../hosts/mountings.ts'
import { logInApplicant } from './applicant.ts'
import { formRequest, pngBytes } from './multipart-form.ts'
import { createOnboardingHost } from './onboarding-host.ts'

/** A host over a fresh SQLite file, with a fuzz target. */
export interface FuzzedHost {
  readonly target: FuzzTarget
  /** Counts the files in the blob store and their rows. */
  readonly countStored: () => Promise<{ readonly blobs: number; readonly rows: number }>
  readonly close: () => Promise<void>
}

/** Starts a host that is called by several wallets in turn, since a wallet creates only one user. */
export async function startFuzzedHost(mounting: Mounting, wallets: number): Promise<FuzzedHost> {
  const sqlite = (await openTestDatabases()).find(({ kind }) => kind === 'sqlite')
  if (sqlite === undefined) throw new Error('there is no SQLite')
  const { connect, drop } = await sqlite.open()
  const db = connect()
  await migrate(db, { dialect: 'sqlite' })
  const files = {
    maxFileBytes: 200_000,
    maxFilesPerWallet: 100_000,
    maxBytesPerWallet: 1e12,
    maxFilesPerSourcePerHour: 1e9,
  }
  const made = await createOnboardingHost(kyselyStorage(db, { dialect: 'sqlite' }), { files })
  const { onboarding } = made.billfold
  const host = await startHost(mounting, onboarding)
  const client = {
    request: (method: string, path: string, sent?: RequestContent) =>
      sendRequest(host.port, method, mounting.prefix + path, sent),
  }
  const tokens: string[] = []
  for (let wallet = 0; wallet < wallets; wallet++) {
    const applicant = await logInApplicant(client)
    tokens.push(applicant.jwt)
    if (wallet === 0) await applicant.send('POST', '/files', formRequest({ name: 'file', content: pngBytes() }))
  }
  let requestCount = 0
  const headers = {
    get authorization(): string {
      return `Bearer ${tokens[requestCount++ % tokens.length] ?? ''}`
    },
  }
  return {
    target: { port: host.port, prefix: mounting.prefix, routes: onboarding.routes, headers },
    countStored: async () => ({ blobs: await made.blobCount(), rows: await made.rowCount('files') }),
    close: async () => {
      await host.close()
      await drop()
      await made.drop()
    },
  }
}
