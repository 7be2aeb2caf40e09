import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Billfold } from '@billfold/core'
import { type AdminDid, newAdminDid } from './admin-did.ts'
import type { Settings } from './settings.ts'

/** What the demo calls the APIs with. */
interface DemoCredentials {
  readonly serviceKey: { readonly keyId: string; readonly keySecret: string }
  readonly baseUrl: string
  /** What the DID API takes for the owner of every wallet. */
  readonly adminDid: AdminDid
}

/** The admin DID of the demo credentials, or a new one on the first start. */
export function demoAdminDid(settings: Settings): AdminDid {
  return keptCredentials(settings).adminDid ?? newAdminDid()
}

/** Makes demo credentials on the first start (or when the database is another), in DATA_DIR/credentials.json, for its owner's eyes only. */
export async function demoCredentials(billfold: Billfold, settings: Settings, adminDid: AdminDid): Promise<void> {
  const kept = keptCredentials(settings)
  const isKnown = kept.serviceKey !== undefined && (await billfold.serviceKeys.has(kept.serviceKey.keyId))
  if (isKnown && kept.adminDid?.did === adminDid.did) return
  const serviceKey = await billfold.serviceKeys.create({ tag: 'demo', scopes: ['*'] })
  const credentials: DemoCredentials = { serviceKey, baseUrl: settings.baseUrl, adminDid }
  const path = pathOf(settings)
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(credentials, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(draft, path)
}

function keptCredentials(settings: Settings): Partial<DemoCredentials> {
  try {
    const kept: Partial<DemoCredentials> = JSON.parse(readFileSync(pathOf(settings), 'utf8'))
    return kept
  } catch {
    return {}
  }
}

function pathOf({ dataDirectory }: Settings): string {
  return resolve(dataDirectory, 'credentials.json')
}
