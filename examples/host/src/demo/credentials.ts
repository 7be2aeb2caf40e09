import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Billfold } from '@billfold/core'
import { type AdminDid, createAdminDid } from './admin-did.ts'
import type { HostSettings } from '../settings.ts'

/** Credentials that the demo calls the APIs with. */
export interface DemoCredentials {
  readonly serviceKey: { readonly keyId: string; readonly keySecret: string }
  /** Licence of the authentication API for relying parties. */
  readonly licence: { readonly id: string; readonly licence: string }
  /** System licence of the authentication API, which may read and reset service keys. */
  readonly systemLicence: { readonly id: string; readonly licence: string }
  readonly baseUrl: string
  /** Owner of every wallet of the DID API. */
  readonly adminDid: AdminDid
}

/** Loads the admin DID from the credentials file, or creates one on the first start. */
export function loadOrCreateAdminDid(settings: HostSettings): AdminDid {
  return readCredentialsFile(credentialsPath(settings))?.adminDid ?? createAdminDid()
}

/** Loads the credentials from DATA_DIR/credentials.json, or creates them on the first start or for a new database. The file has mode 0600. */
export async function loadOrCreateCredentials(
  billfold: Billfold,
  settings: HostSettings,
  adminDid: AdminDid,
): Promise<DemoCredentials> {
  const path = credentialsPath(settings)
  const stored = readCredentialsFile(path)
  const valid = stored?.adminDid?.did === adminDid.did ? await findInDatabase(billfold, stored) : undefined
  if (valid !== undefined) return { ...valid, baseUrl: settings.baseUrl, adminDid }
  const serviceKey = await billfold.serviceKeys.create({ tag: 'demo', scopes: ['*'] })
  const licence = await billfold.licences.create({ tag: 'demo' })
  const systemLicence = await billfold.licences.create({ tag: 'demo, system', authLevel: 'system' })
  const credentials: DemoCredentials = { serviceKey, licence, systemLicence, baseUrl: settings.baseUrl, adminDid }
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, `${JSON.stringify(credentials, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(temporary, path)
  return credentials
}

/** Returns the credentials if all of them exist in the database. */
async function findInDatabase(
  billfold: Billfold,
  { serviceKey, licence, systemLicence }: Partial<DemoCredentials>,
): Promise<Pick<DemoCredentials, 'serviceKey' | 'licence' | 'systemLicence'> | undefined> {
  if (serviceKey === undefined || licence === undefined || systemLicence === undefined) return undefined
  const licences = await Promise.all([licence, systemLicence].map(({ id }) => billfold.licences.isActive(id)))
  const allExist = licences.every(Boolean) && (await billfold.serviceKeys.isActive(serviceKey.keyId))
  return allExist ? { serviceKey, licence, systemLicence } : undefined
}

function readCredentialsFile(path: string): Partial<DemoCredentials> | undefined {
  try {
    const stored: Partial<DemoCredentials> = JSON.parse(readFileSync(path, 'utf8'))
    return stored
  } catch {
    return undefined
  }
}

/** Path of the credentials file. */
export function credentialsPath({ dataDirectory }: HostSettings): string {
  return resolve(dataDirectory, 'credentials.json')
}
