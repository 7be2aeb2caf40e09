import { newKey } from '@billfold/core'
import { credentials } from '@billfold/credentials'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import type { TestDatabase } from '@billfold/test-databases'
import { createSigner } from '../create-signer.ts'
import { type AnswerCounts, answerRequest } from './answer-request.ts'
import { createCredentialHost } from './credential-host.ts'
import { redeemOffers, type RedemptionCounts } from './redeem-offers.ts'
import { startHosts } from './start-hosts.ts'

/** The results of two processes that received the same offers and responses concurrently. */
export interface CredentialReport {
  readonly offers: RedemptionCounts
  /** Grants in the storage: one an offer that was redeemed. */
  readonly grants: number
  readonly offerSeconds: number
  readonly responses: AnswerCounts
  readonly responseSeconds: number
}

/** Redeems offers, and answers a request, through two processes on one PostgreSQL. */
export async function measureCredentials(
  database: TestDatabase,
  offers: number,
  responses: number,
): Promise<CredentialReport> {
  const fresh = await database.create()
  if (fresh.url === undefined) throw new Error('the database has no URL')
  const db = fresh.connect()
  await migrate(db, { dialect: 'postgres', modules: [credentials({})] })
  const storage = kyselyStorage(db, { dialect: 'postgres' })
  const { signer, configuration } = await createConfiguration()
  const host = createCredentialHost(storage, configuration)
  const processes = await startHosts(2, fresh.url, configuration)
  try {
    const offersStart = performance.now()
    const redeemed = await redeemOffers(host, processes.ports, offers)
    const responsesStart = performance.now()
    const answered = await answerRequest(host, processes.ports, signer, responses)
    const end = performance.now()
    const grants = host.tables.find(({ name }) => name === 'issuance_grants')
    if (grants === undefined) throw new Error('there is no table of grants')
    return {
      offers: redeemed,
      grants: (await storage.find(grants)).length,
      offerSeconds: (responsesStart - offersStart) / 1000,
      responses: answered,
      responseSeconds: (end - responsesStart) / 1000,
    }
  } finally {
    await processes.close()
    await fresh.drop()
  }
}

async function createConfiguration() {
  const signer = await createSigner()
  const configuration = {
    rootKey: newKey(),
    certificates: signer.certificates.map(toPem),
    privateKey: signer.privateKeyPem,
    authority: toPem(signer.authority),
  }
  return { signer, configuration }
}

function toPem(der: Uint8Array): string {
  return `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`
}
