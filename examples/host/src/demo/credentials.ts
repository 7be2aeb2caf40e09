import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Billfold } from '@billfold/core'
import { type AdminDid, newAdminDid } from './admin-did.ts'
import type { Settings } from '../settings.ts'

/** What the demo calls the APIs with. */
export interface DemoCredentials {
  readonly serviceKey: { readonly keyId: string; readonly keySecret: string }
  /** Licences of the authentication API: one for relying parties, one that may read and reset service keys. */
  readonly licence: { readonly id: string; readonly licence: string }
  readonly systemLicence: { readonly id: string; readonly licence: string }
  readonly baseUrl: string
  /** What the DID API takes for the owner of every wallet. */
  readonly adminDid: AdminDid
}

/** The admin DID of the demo credentials, or a new one on the first start. */
export function demoAdminDid(settings: Settings): AdminDid {
  return keptCredentials(credentialsPath(settings))?.adminDid ?? newAdminDid()
}

/** Makes demo credentials on the first start (or when the database is another), in DATA_DIR/credentials.json, for its owner's eyes only. */
export async function demoCredentials(
  billfold: Billfold,
  settings: Settings,
  adminDid: AdminDid,
): Promise<DemoCredentials> {
  const path = credentialsPath(settings)
  const kept = keptCredentials(path)
  const known = kept?.adminDid?.did === adminDid.did ? await stillGood(billfold, kept) : undefined
  if (known !== undefined) return { ...known, baseUrl: settings.baseUrl, adminDid }
  const serviceKey = await billfold.serviceKeys.create({ tag: 'demo', scopes: ['*'] })
  const licence = await billfold.licences.create({ tag: 'demo' })
  const systemLicence = await billfold.licences.create({ tag: 'demo, system', authLevel: 'system' })
  const credentials: DemoCredentials = { serviceKey, licence, systemLicence, baseUrl: settings.baseUrl, adminDid }
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(credentials, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(draft, path)
  return credentials
}

/** What is kept, where this database knows all of it. */
async function stillGood(
  billfold: Billfold,
  { serviceKey, licence, systemLicence }: Partial<DemoCredentials>,
): Promise<Pick<DemoCredentials, 'serviceKey' | 'licence' | 'systemLicence'> | undefined> {
  if (serviceKey === undefined || licence === undefined || systemLicence === undefined) return undefined
  const licences = await Promise.all([licence, systemLicence].map(({ id }) => billfold.licences.has(id)))
  const isKnown = licences.every(Boolean) && (await billfold.serviceKeys.has(serviceKey.keyId))
  return isKnown ? { serviceKey, licence, systemLicence } : undefined
}

function keptCredentials(path: string): Partial<DemoCredentials> | undefined {
  try {
    const kept: Partial<DemoCredentials> = JSON.parse(readFileSync(path, 'utf8'))
    return kept
  } catch {
    return undefined
  }
}

/** The file that they are in. */
export function credentialsPath({ dataDirectory }: Settings): string {
  return resolve(dataDirectory, 'credentials.json')
}
