import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Billfold } from '@billfold/core'
import type { Settings } from './settings.ts'

/** What the demo calls the APIs with. */
interface DemoCredentials {
  readonly serviceKey: { readonly keyId: string; readonly keySecret: string }
  readonly baseUrl: string
}

/** Makes demo credentials on the first start (or when the database is another), in DATA_DIR/credentials.json, for its owner's eyes only. */
export async function demoCredentials(billfold: Billfold, { dataDirectory, baseUrl }: Settings): Promise<void> {
  const path = resolve(dataDirectory, 'credentials.json')
  const keyId = keptKeyId(path)
  if (keyId !== undefined && (await billfold.serviceKeys.has(keyId))) return
  const serviceKey = await billfold.serviceKeys.create({ tag: 'demo', scopes: ['*'] })
  const credentials: DemoCredentials = { serviceKey, baseUrl }
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(credentials, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(draft, path)
}

function keptKeyId(path: string): string | undefined {
  try {
    const kept: Partial<DemoCredentials> = JSON.parse(readFileSync(path, 'utf8'))
    return kept.serviceKey?.keyId
  } catch {
    return undefined
  }
}
