import { beforeEach, describe, expect, test } from 'vitest'
import type { Services } from '../services.ts'
import { batch } from '../../kernel/storage/index.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import {
  abandonClaim,
  type ClaimedRequest,
  claimRequest,
  purgeExpiredReplies,
  type RequestIdentity,
  storeReplyWrites,
} from './claim-request.ts'
import { requestReplies } from './request-replies-table.ts'

describe('a claimed request', () => {
  let services: Services
  const step: RequestIdentity = {
    tenant: 't',
    caller: 'x',
    requestId: 'r',
    fingerprintParts: ['route', 'body'],
    expiresAt: Date.now() + 60_000,
  }
  const claim = (other: Partial<RequestIdentity> = {}) => claimRequest(services, { ...step, ...other })
  const claimFirst = async (other: Partial<RequestIdentity> = {}): Promise<ClaimedRequest> => {
    const first = await claim(other)
    if (first.kind === 'repeated') throw new Error('expected a first claim')
    return first
  }
  const storeReply = async (claimed: ClaimedRequest, reply: string): Promise<void> => {
    const writes = await storeReplyWrites(services, claimed, reply)
    if (writes.length > 0) await services.storage.commit(batch(...writes))
  }
  const repeated = (storedReply: string) => ({ kind: 'repeated', storedReply })

  beforeEach(() => {
    services = testServices()
  })

  test('stores no hash of its body that can be computed without the keyring', async () => {
    await claimFirst({ fingerprintParts: ['route', '4711'] })
    const [row] = await services.storage.find(requestReplies)
    const other = testServices()
    await claimRequest(other, { ...step, fingerprintParts: ['route', '4711'] })
    const [elsewhere] = await other.storage.find(requestReplies)
    expect(row?.fingerprint).toHaveLength(43)
    expect(row?.fingerprint).not.toBe(elsewhere?.fingerprint)
  })

  test('returns its stored reply when repeated', async () => {
    await storeReply(await claimFirst(), 'the reply')
    expect(await claim()).toEqual(repeated('the reply'))
    expect(await claim()).toEqual(repeated('the reply'))
  })

  test('does not overwrite its stored reply', async () => {
    const claimed = await claimFirst()
    await storeReply(claimed, 'with the commit')
    await storeReply(claimed, 'afterwards')
    expect(await claim()).toEqual(repeated('with the commit'))
  })

  test('rejects a repeat while no reply is stored', async () => {
    await claimFirst()
    expect(await outcomeCode(claim())).toBe('request.replayed')
  })

  test('can be claimed again after it was abandoned, but not after its reply was stored', async () => {
    const first = await claimFirst()
    await abandonClaim(services.storage, first)
    const second = await claimFirst()
    await storeReply(second, 'the reply')
    await abandonClaim(services.storage, first)
    expect(await claim()).toEqual(repeated('the reply'))
  })

  test('rejects another request with the same request id of the same caller', async () => {
    await storeReply(await claimFirst(), 'the reply')
    expect(await outcomeCode(claim({ fingerprintParts: ['route', 'another body'] }))).toBe('request.replayed')
    expect(await outcomeCode(claim({ fingerprintParts: ['route"', '"body'] }))).toBe('request.replayed')
    await claimFirst({ requestId: 'r2' })
    await claimFirst({ caller: 'y' })
    await claimFirst({ tenant: 'u' })
  })

  test('does not store a reply that is too long, and rejects repeats', async () => {
    await storeReply(await claimFirst(), 'a'.repeat(1024 * 1024 + 1))
    expect(await outcomeCode(claim())).toBe('request.replayed')
  })

  test('is deleted when it expires', async () => {
    await storeReply(await claimFirst(), 'the reply')
    await purgeExpiredReplies(services.storage, step.expiresAt - 1)
    expect(await claim()).toEqual(repeated('the reply'))
    await purgeExpiredReplies(services.storage, step.expiresAt)
    await claimFirst()
  })
})
