import { isBillfoldError, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { describe, expect, test } from 'vitest'
import { createCustodyHost, createWalletOwner, messageBody, pincode } from '../test-fixtures/custody-host.ts'
import { shippedFactors } from './factors.ts'

const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })

describe('an assessment', () => {
  test('names every factor with its value, weight and evidence, is listed, and is replayed with the same result', async () => {
    const { billfold, call } = await createCustodyHost()
    const { userId, walletId } = await createWalletOwner(call)
    for (let attempt = 0; attempt < 3; attempt++)
      await call('createSignature', { body: { ...messageBody(walletId, 'x').body, pincode: '999999' } })
    const made = await billfold.risk.assess({
      userId,
      act: 'key-export',
      signals: { knownDevice: false, knownCountry: false },
    })
    const failures = made.factors.find(({ name }) => name === 'failures-last-hour')
    expect(failures).toEqual({
      name: 'failures-last-hour',
      group: 'threat-agent',
      weight: 2,
      value: 5,
      evidence: { failuresLastHour: 3 },
    })
    expect(made).toMatchObject({ userId, act: 'key-export', impactFrom: 'technical', impactLevel: 'HIGH' })
    expect(await billfold.risk.assessments.get(made.id)).toEqual(JSON.parse(JSON.stringify(made)))
    expect(await billfold.risk.assessments.list(userId)).toMatchObject([{ id: made.id, score: made.score }])
    const replay = { sameFactors: true, matches: true, score: made.score, severity: made.severity }
    expect(await billfold.risk.assessments.replay(made.id)).toEqual(replay)
  })

  test('is deleted after 90 days, and the signals of the host are checked', async () => {
    const storage = memoryStorage()
    const { billfold, call } = await createCustodyHost({ storage, keyring })
    const { userId } = await createWalletOwner(call)
    const { id } = await billfold.risk.assess({ userId })
    const days = (count: number) => createCustodyHost({ storage, keyring, now: () => Date.now() + count * 86_400_000 })
    await (await days(89)).billfold.maintain()
    expect(await billfold.risk.assessments.list(userId)).toHaveLength(1)
    await (await days(91)).billfold.maintain()
    const gone: unknown = await billfold.risk.assessments.get(id).catch((error: unknown) => error)
    expect(isBillfoldError(gone, 'assessment.not-found')).toBe(true)
  })

  test.each([
    [9, 403],
    [0, 200],
  ])('whose factors are all %d decides a rule that asks for a critical severity: %d', async (rating, status) => {
    const factors = shippedFactors.map((factor) => ({ ...factor, rate: () => rating }))
    const { billfold, call } = await createCustodyHost({ risk: { factors } })
    const { walletId } = await createWalletOwner(call)
    await billfold.risk.policies.add({
      name: 'no export at risk',
      subject: { kind: 'tenant' },
      acts: ['key-export'],
      when: { severityAtLeast: 'CRITICAL' },
      then: { decision: 'deny' },
    })
    const body = { type: 'PRIVATE_KEY', pincode }
    expect((await call('exportWallet', { params: { walletId }, body })).status).toBe(status)
  })

  test('is counted by the report', async () => {
    const { billfold, call } = await createCustodyHost()
    const { userId } = await createWalletOwner(call)
    const { score, severity } = await billfold.risk.assess({ userId, act: 'key-export' })
    await billfold.risk.assess({ userId, act: 'message' })
    const report = await billfold.risk.assessments.report({ from: 0, to: Date.now() + 1000 })
    expect(report).toMatchObject({
      assessments: 2,
      byAct: { 'key-export': 1, message: 1 },
      highest: [{ userId, score }],
    })
    expect(report.bySeverity[severity]).toBeGreaterThan(0)
    expect(report.byFactor['act']).toBe(1)
  })
})
