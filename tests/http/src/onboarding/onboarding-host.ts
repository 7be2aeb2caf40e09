import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Billfold,
  type BillfoldOptions,
  createBillfold,
  directoryBlobs,
  localKeyring,
  memoryStorage,
  newKey,
  type OnboardingOptions,
  type Storage,
  tables,
  type ApplicationTemplate,
} from '@billfold/core'

/** A template as a host would write it. */
export const template: ApplicationTemplate = {
  id: 1,
  name: 'Account',
  attributes: [
    {
      id: 'name',
      schemaId: 'http://schemas.example/name',
      title: 'Name',
      required: true,
      schema: {
        type: 'object',
        properties: { first: { type: 'string', minLength: 1, maxLength: 100 }, last: { type: 'string' } },
        required: ['first', 'last'],
        additionalProperties: false,
      },
    },
    { id: 'passport', schemaId: 'http://schemas.example/passport', schema: { type: 'object' } },
  ],
  files: { types: ['image/png', 'image/jpeg'], maxCount: 3 },
}

/** An instance for the suites of the onboarding API. */
export interface OnboardingHost {
  readonly billfold: Billfold
  readonly storage: Storage
  readonly directory: string
  /** The ids of users who logged in. */
  readonly logins: string[]
  /** Counts the files in the blob store. */
  readonly blobCount: () => Promise<number>
  readonly rowCount: (table: string) => Promise<number>
  /** Public ids of the files that nothing references, which are deleted after a day. */
  readonly unusedFiles: () => Promise<readonly string[]>
  readonly drop: () => Promise<void>
}

/** Creates an instance over a storage (in memory by default) and a fresh blob directory. */
export async function createOnboardingHost(
  storage: Storage = memoryStorage(),
  options: OnboardingOptions = {},
  more: Partial<BillfoldOptions> = {},
): Promise<OnboardingHost> {
  const directory = await mkdtemp(join(tmpdir(), 'billfold-blobs-'))
  const logins: string[] = []
  const billfold = createBillfold({
    storage,
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    rateLimiter: {
      consume: async () => ({ allowed: true, retryAfterSeconds: 1 }),
      peek: async () => ({ allowed: true, retryAfterSeconds: 1 }),
    },
    onboarding: {
      templates: [template, { id: 'two', name: 'Second', attributes: [] }],
      blobs: directoryBlobs(directory),
      loginRedirect: '/welcome',
      files: { maxFileBytes: 200_000, maxFilesPerWallet: 30, maxBytesPerWallet: 1_000_000 },
      onLogin: (user, exchange) => {
        logins.push(user.id)
        exchange.setHeader('set-cookie', 'session=1; HttpOnly')
        exchange.setHeader('set-cookie', 'second=2')
        return undefined
      },
      ...options,
    },
    ...more,
  })
  const rowsOf = (name: string) => {
    const table = tables.find((candidate) => candidate.name === name)
    if (table === undefined) throw new Error(`there is no table ${name}`)
    return storage.find(table)
  }
  return {
    billfold,
    storage,
    directory,
    logins,
    blobCount: () => countFiles(directory),
    rowCount: async (name) => (await rowsOf(name)).length,
    unusedFiles: async () =>
      (await rowsOf('files')).filter((row) => row['usedAt'] === null).map((row) => `file-${String(row['id'])}`),
    drop: () => rm(directory, { recursive: true, force: true }),
  }
}

async function countFiles(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).length
}
