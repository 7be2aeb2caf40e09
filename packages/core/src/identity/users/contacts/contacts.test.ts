import { describe, expect, test } from 'vitest'
import { newId } from '../../../kernel/ids.ts'
import { batch, insert } from '../../../kernel/storage/index.ts'
import { deliverOutbox } from '../../../platform/outbox/index.ts'
import type { Services } from '../../../platform/services.ts'
import { outcomeCode } from '../../../test-fixtures/outcome-code.ts'
import { testServices } from '../../../test-fixtures/services.ts'
import { createUsersApi } from '../api.ts'
import { findByIdentifier, listIdentifiers } from '../identifiers.ts'
import { users } from '../table.ts'
import { contactCodes } from './contact-code-table.ts'
import { claimedContactWrites, purgeExpiredContactCodes, sendContactCode, verifyContactCode } from './contact-codes.ts'
import { contactVerified } from './contact-verified.ts'

const actor = { tenant: 't', id: 'test', source: '192.0.2.1' }
const contact = { kind: 'email', value: 'ann@example.org' } as const

/** Services with a notifier that keeps the codes, by user. */
function setUp() {
  const codes = new Map<string, string>()
  const clock = { now: Date.now() }
  const services: Services = {
    ...testServices(),
    now: () => clock.now,
    notifier: {
      deliver: ({ payload }) => {
        codes.set(String(payload['userId']), String(payload['code']))
        return Promise.resolve()
      },
    },
  }
  const claim = async (): Promise<string> => {
    const userId = newId()
    await services.storage.commit(
      batch(
        insert(users, { id: userId, tenant: 't', reference: null, origin: 'custody', createdAt: 0, archivedAt: null }),
        ...(await claimedContactWrites(services, actor, userId, contact)),
      ),
    )
    return userId
  }
  const codeOf = async (userId: string): Promise<string> => {
    await deliverOutbox(services)
    return codes.get(userId) ?? ''
  }
  return { services, clock, claim, codeOf }
}

describe('a contact', () => {
  test('belongs to the user who enters the code sent to it, in any spelling, and to nobody before', async () => {
    const { services, claim, codeOf } = setUp()
    const [owner, stranger] = [await claim(), await claim()]
    const code = await codeOf(owner)
    expect(await findByIdentifier(services, 't', contact)).toBeUndefined()
    expect(await outcomeCode(verifyContactCode(services, actor, stranger, contact, code))).toBe(
      'contact.code-incorrect',
    )
    const typed = `${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `
    await verifyContactCode(services, actor, owner, { ...contact, value: 'ANN@example.org' }, typed)
    expect(await findByIdentifier(services, 't', contact)).toMatchObject({ userId: owner, verifiedBy: 'code' })
    await verifyContactCode(services, actor, owner, contact, 'a repetition after success')
    const late = verifyContactCode(services, actor, stranger, contact, await codeOf(stranger))
    expect(await outcomeCode(late)).toBe('contact.taken')
  })

  test('stays unverified after five wrong codes, also with the right one, until a new one is sent', async () => {
    const { services, claim, codeOf } = setUp()
    const owner = await claim()
    const code = await codeOf(owner)
    const guesses = Array.from({ length: 10 }, () =>
      outcomeCode(verifyContactCode(services, actor, owner, contact, 'WRONG')),
    )
    expect(new Set(await Promise.all(guesses))).toEqual(new Set(['contact.code-incorrect']))
    expect(await outcomeCode(verifyContactCode(services, actor, owner, contact, code))).toBe('contact.code-incorrect')
    await sendContactCode(services, actor, owner, contact)
    await verifyContactCode(services, actor, owner, contact, await codeOf(owner))
    expect(await findByIdentifier(services, 't', contact)).toMatchObject({ userId: owner })
  })

  test('stays unverified with an expired code, which maintenance deletes', async () => {
    const { services, clock, claim, codeOf } = setUp()
    const owner = await claim()
    const code = await codeOf(owner)
    clock.now += 30 * 60 * 1000
    expect(await outcomeCode(verifyContactCode(services, actor, owner, contact, code))).toBe('contact.code-incorrect')
    await purgeExpiredContactCodes(services.storage, clock.now)
    expect(await services.storage.find(contactCodes)).toEqual([])
  })

  test('gets no code from a stranger, above the limit of a user, or without a notifier', async () => {
    const { services, claim } = setUp()
    const owner = await claim()
    expect(await outcomeCode(sendContactCode(services, actor, newId(), contact))).toBe('contact.unverified')
    const without = { ...services, notifier: undefined }
    expect(await outcomeCode(sendContactCode(without, actor, owner, contact))).toBe('contact.codes-unavailable')
    for (let count = 0; count < 9; count++)
      await sendContactCode(services, { ...actor, source: `192.0.2.${count}` }, owner, contact)
    expect(await outcomeCode(sendContactCode(services, actor, owner, contact))).toBe('rate.limited')
  })

  test('belongs to one of the users who verify it at the same time', async () => {
    const { services, claim } = setUp()
    const claimants = await Promise.all(Array.from({ length: 8 }, claim))
    const outcomes = await Promise.all(
      claimants.map((userId) => outcomeCode(contactVerified(services, actor, userId, contact, 'host'))),
    )
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'contact.taken')).toHaveLength(7)
  })

  test('that the host has verified replaces the previous one, which others can verify then', async () => {
    const { services, claim } = setUp()
    const [first, second] = [await claim(), await claim()]
    const { contactVerified: verified, find, erase, listClaimants } = createUsersApi(services, [], () => actor)
    expect(await listClaimants(contact)).toEqual([first, second])
    await verified(first, contact)
    await verified(first, contact)
    expect(await listClaimants(contact)).toEqual([second])
    await verified(first, { kind: 'email', value: 'new@example.org' })
    expect((await listIdentifiers(services, first)).map(({ verifiedBy }) => verifiedBy)).toEqual(['host'])
    expect(await find(contact)).toBeUndefined()
    await verified(second, contact)
    expect(await find(contact)).toEqual({ id: second, verifiedBy: 'host' })
    expect(await outcomeCode(verified(first, contact))).toBe('contact.taken')
    expect(await outcomeCode(verified(newId(), { kind: 'email', value: 'x@example.org' }))).toBe('user.not-found')
    await erase(second)
    expect(await outcomeCode(verified(second, contact))).toBe('user.not-found')
    await verified(first, contact)
  })
})
