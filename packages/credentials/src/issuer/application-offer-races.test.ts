import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  account,
  type ApplicationHost,
  createApplicantClient,
  createApplicationHost,
} from '../test-fixtures/application-host.ts'
import { createTestPki, publicUrl, testKeyring } from '../test-fixtures/issuer-host.ts'
import {
  createWalletClient,
  createWalletKey,
  findCode,
  preAuthorizedGrant,
  signDpop,
  type WalletClient,
} from '../test-fixtures/wallet-client.ts'
import { credentials } from '../credentials.ts'

const rounds = 8

describe.each(await listTestDatabases())('offers for one application in two processes on $name', (database) => {
  const hosts: ApplicationHost[] = []
  let wallet: WalletClient
  let applicationId: string
  let drop: () => Promise<void> = async () => {}

  beforeAll(async () => {
    const { signer } = await createTestPki()
    const { dialect } = database
    const fresh = await database.create()
    drop = fresh.drop
    const keyring = testKeyring()
    const modules = [credentials({ issuer: { publicUrl, types: [account], signer } })] as const
    for (const db of [fresh.connect(), fresh.connect()]) {
      await migrate(db, { dialect, modules })
      hosts.push(createApplicationHost({ storage: kyselyStorage(db, { dialect }), keyring, signer }))
    }
    const applicant = createApplicantClient(at(0))
    applicationId = await applicant.apply(await applicant.logIn())
    await applicant.approve(applicationId)
    wallet = await createWalletClient(at(0).credentials.issuer, publicUrl)
  })
  afterAll(() => drop())

  const at = (index: number): ApplicationHost => hosts[index % 2] ?? expect.fail('no host was started')
  const offer = (index: number) => at(index).credentials.issuer.offer(account, { subject: { applicationId } })
  const findOpenCodes = async (uris: readonly string[]): Promise<readonly string[]> => {
    const found = await Promise.allSettled(uris.map((uri) => findCode(wallet.send, uri)))
    return found.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  }
  const redeem = async (code: string): Promise<number> => {
    const dpop = await signDpop(await createWalletKey(), `${publicUrl}/token`)
    const form = { grant_type: preAuthorizedGrant, 'pre-authorized_code': code }
    return (await wallet.send('/token', { headers: { dpop }, form })).status
  }

  test('of four at once, one is open', async () => {
    for (let round = 0; round < rounds; round++) {
      const offers = await Promise.all([0, 1, 2, 3].map(offer))
      expect(await findOpenCodes(offers.map(({ uri }) => uri))).toHaveLength(1)
    }
  })

  test('one that is redeemed while another is made does not come back', async () => {
    for (let round = 0; round < rounds; round++) {
      const earlier = await offer(0)
      const [code = ''] = await findOpenCodes([earlier.uri])
      const [status, later] = await Promise.all([redeem(code), offer(1)])
      expect([200, 400]).toContain(status)
      expect(await redeem(code)).toBe(400)
      const [open = ''] = await findOpenCodes([earlier.uri, later.uri])
      expect(await redeem(open)).toBe(200)
    }
  })
})
