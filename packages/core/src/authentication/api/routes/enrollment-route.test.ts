import type { CustodyServices } from '../../../custody/services.ts'
import { beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../../../kernel/ids.ts'
import { batch, memoryStorage } from '../../../kernel/storage/index.ts'
import { type AuthenticationCall, authenticationCaller } from '../../../test-fixtures/authentication-caller.ts'
import { testServices } from '../../../test-fixtures/services.ts'
import { identifierWrite } from '../../../identity/users/identifiers.ts'

describe('POST /check_enrollment', () => {
  let services: CustodyServices
  let call: AuthenticationCall
  let queries = 0
  let enrolledAfter = 0
  const enrol = async (did: string, publicKey: string, verifiedBy: string | null = 'host', tenant = 'default') => {
    const user = newId()
    const rows = [
      await identifierWrite(services, tenant, user, { kind: 'did', value: did }, verifiedBy),
      await identifierWrite(services, tenant, user, { kind: 'public-key', value: publicKey }, verifiedBy),
    ]
    await services.storage.commit(batch(...rows))
  }
  const check = async (list: readonly object[]) => (await call('checkEnrollment', { data: { list } })).decrypted.list

  beforeEach(async () => {
    const storage = memoryStorage()
    services = testServices({
      ...storage,
      find: (table, query) => {
        if (table.name === 'identifiers') queries++
        return storage.find(table, query)
      },
    })
    call = await authenticationCaller(services)
    enrolledAfter = Math.floor(Date.now() / 1000)
    await enrol('did:ethr:0x01', 'key-1')
    await enrol('did:ethr:0x02', 'key-2')
    queries = 0
  })

  test('returns the enrolled entries as requested, with their creation time', async () => {
    const before = Math.floor(Date.now() / 1000)
    const list = await check([{ did: 'did:ethr:0x02' }, { did: 'did:ethr:0x03' }, { publicKey: 'key-1' }])
    expect(list).toMatchObject([{ did: 'did:ethr:0x02' }, { publicKey: 'key-1' }])
    expect(list[0].createdTS).toBeLessThanOrEqual(before)
    expect(list[0].createdTS).toBeGreaterThanOrEqual(enrolledAfter)
  })

  test('matches an entry with a DID and a public key only if one user has both', async () => {
    const both = { did: 'did:ethr:0x01', publicKey: 'key-1' }
    expect(await check([both])).toMatchObject([both])
    expect(await check([{ ...both, publicKey: 'key-2' }])).toEqual([])
    expect(await check([{ ...both, publicKey: 'nobody' }])).toEqual([])
    expect(await check([{ did: 'did:ethr:0x09', publicKey: 'key-1' }])).toEqual([])
    expect(await check([{ ...both, did: 'no did at all' }])).toEqual([])
  })

  test('ignores other tenants and unverified identifiers', async () => {
    await enrol('did:ethr:0x04', 'key-4', null)
    await enrol('did:ethr:0x05', 'key-5', 'host', 'other')
    expect(await check([{ did: 'did:ethr:0x04' }, { did: 'did:ethr:0x05' }, { publicKey: 'key-5' }])).toEqual([])
  })

  test('queries storage once for a thousand entries', async () => {
    const many = Array.from({ length: 999 }, (_, index) => ({ did: `did:ethr:0xff${index}` }))
    expect(await check([...many, { did: 'did:ethr:0x01' }])).toHaveLength(1)
    expect(queries).toBe(1)
  })

  test('queries storage twice for a thousand entries of two identifiers each', async () => {
    const many = Array.from({ length: 999 }, (_, index) => ({ did: `did:x:${index}`, publicKey: `other-${index}` }))
    expect(await check([...many, { did: 'did:ethr:0x01', publicKey: 'key-1' }])).toHaveLength(1)
    expect(queries).toBe(2)
  })
})
