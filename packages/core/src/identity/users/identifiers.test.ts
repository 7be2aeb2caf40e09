import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batch } from '../../kernel/storage/index.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { normalizeIdentifier } from './normalize-identifier.ts'
import { identifiers } from './identifier-table.ts'
import {
  findByIdentifier,
  listByIdentifiers,
  listClaimants,
  identifierWrite,
  listIdentifiers,
  openIdentifier,
} from './identifiers.ts'
import { createUsersApi } from './api.ts'

const ann = { kind: 'email', value: 'Ann@Example.org' } as const

describe('identifiers', () => {
  test('finds an identifier in any spelling and returns the original value', async () => {
    const services = testServices()
    await services.storage.commit(
      batch(
        await identifierWrite(services, 't', 'u1', ann, 'host'),
        await identifierWrite(services, 't', 'u1', { kind: 'phone', value: '+49 (30) 123-456' }, 'code'),
      ),
    )
    const row = await findByIdentifier(services, 't', { kind: 'email', value: 'ann@example.ORG' })
    expect(row).toMatchObject({ userId: 'u1', kind: 'email', verifiedBy: 'host' })
    expect(row && (await openIdentifier(services, row))).toBe('Ann@Example.org')
    expect(await findByIdentifier(services, 't', { kind: 'phone', value: '+4930123456' })).toMatchObject({
      userId: 'u1',
      verifiedBy: 'code',
    })
    expect((await listIdentifiers(services, 'u1')).map(({ kind }) => kind)).toEqual(['email', 'phone'])
  })

  test('returns the user id and the verification method from users.find', async () => {
    const services = testServices()
    await services.storage.commit(
      batch(
        await identifierWrite(services, 't', 'u1', ann, 'code'),
        await identifierWrite(services, 't', 'u1', { kind: 'username', value: 'ann' }, null),
        await identifierWrite(services, 't', 'u1', { kind: 'phone', value: '+4930123456' }, null),
      ),
    )
    const { find } = createUsersApi(services, [], (tenant = 't') => ({ tenant, id: 'host' }))
    expect(await find({ kind: 'email', value: 'ANN@example.org' })).toEqual({ id: 'u1', verifiedBy: 'code' })
    expect(await find({ kind: 'username', value: 'Ann' })).toEqual({ id: 'u1', verifiedBy: null })
    expect(await find({ kind: 'phone', value: '+4930123456' })).toBeUndefined()
    expect(await find(ann, 'other')).toBeUndefined()
    expect(await find({ kind: 'email', value: 'no email' })).toBeUndefined()
  })

  test('accepts every claim of a contact that nobody has verified, and finds nobody by it', async () => {
    const services = testServices()
    for (const user of ['u1', 'u2'])
      await services.storage.commit(batch(await identifierWrite(services, 't', user, ann, null)))
    expect(await findByIdentifier(services, 't', ann)).toBeUndefined()
    expect(await listClaimants(services, 't', { kind: 'email', value: 'ANN@example.org' }, 10)).toEqual(['u1', 'u2'])
    await services.storage.commit(batch(await identifierWrite(services, 't', 'u3', ann, 'code')))
    expect(await findByIdentifier(services, 't', ann)).toMatchObject({ userId: 'u3' })
  })

  test('accepts one of several concurrent inserts per tenant', async () => {
    const services = testServices()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, async (_, index) =>
        services.storage.commit(batch(await identifierWrite(services, 't', `u${index}`, ann, 'host'))),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await services.storage.commit(batch(await identifierWrite(services, 'other', 'u', ann, 'host')))
    expect(await findByIdentifier(services, 'other', ann)).toMatchObject({ userId: 'u' })
  })

  test('stores no identifier in plain text', async () => {
    const services = testServices()
    await services.storage.commit(batch(await identifierWrite(services, 't', 'u', ann, null)))
    const [row] = await services.storage.find(identifiers)
    expect(Buffer.from(row?.sealedValue ?? []).toString('latin1')).not.toContain('Example')
    expect(JSON.stringify({ ...row, sealedValue: undefined })).not.toMatch(/example/i)
  })

  test('rejects a malformed identifier on insert and finds no user for it', async () => {
    const services = testServices()
    const malformed = { kind: 'email', value: 'no address' } as const
    await expect(identifierWrite(services, 't', 'u', malformed, null)).rejects.toMatchObject({ code: 'input.invalid' })
    expect(await listByIdentifiers(services, 't', [malformed])).toEqual([])
  })

  test.each([
    ['email', 'A@B.c', 'a@b.c'],
    ['email', ' Jason@Example.com\t', 'jason@example.com'],
    ['phone', '+1 (202) 555-0100', '12025550100'],
    ['public-key', '0xABcd', 'abcd'],
    ['public-key', 'AbC+/=', 'AbC+/='],
    ['username', 'Ann', 'ann'],
    ['did', 'did:ethr:0xab', 'did:ethr:0xab'],
    ['phone', '+1\u00a0202\u202f555\u20110100', '12025550100'],
    ['phone', '\u202a+1 202-555-0100\u202c', '12025550100'],
    ['phone', '\u200e+1 202 555 0100\u200f', '12025550100'],
    ['phone', '\uff0b\uff11 (202) 555/0100 ', '12025550100'],
    ['phone', '\u0661\u0662\u0660\u0662\u06f5\u06f5\u06f5\u0660\u0661\u0660\u0660', '12025550100'],
    ['phone', 'tel:+1-202-555-0100', '12025550100'],
    ['username', 'z ', 'z'],
    ['username', '\uff3a', 'z'],
    ['username', 'Ann  Smith', 'ann smith'],
    ['account', 'eip155:1:0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC', `eip155:1:0x${'c'.repeat(40)}`],
  ] as const)('normalizes the %s %s to %s', (kind, value, normalized) => {
    expect(normalizeIdentifier(kind, value)).toBe(normalized)
  })

  test.each([
    ['phone', '12'],
    ['phone', '1'.repeat(16)],
    ['phone', '++1 202 555 0100'],
    ['phone', '1 202 555 0100;ext=5'],
    ['phone', '1 202 555 O100'],
    ['username', 'z\u200d'],
    ['username', '\u200ez'],
    ['username', 'z@example.org'],
    ['username', ' '],
    ['email', 'z\u200d@example.org'],
    ['email', 'z@example.org\u200e'],
    ['email', 'z\u00ad@example.org'],
    ['email', 'a@b\uff20c.org'],
    ['email', 'a\u00a8@b.org'],
    ['account', 'eip155:0:0xcccccccccccccccccccccccccccccccccccccccc'],
    ['account', 'eip155:1:0x12'],
  ] as const)('rejects the %s %j', (kind, value) => {
    expect(() => normalizeIdentifier(kind, value)).toThrow(expect.objectContaining({ code: 'input.invalid' }))
  })

  test('normalizes idempotently', () => {
    const kinds = fc.constantFrom('did', 'public-key', 'email', 'phone', 'username')
    fc.assert(
      fc.property(kinds, fc.oneof(fc.emailAddress(), fc.string({ maxLength: 40 })), (kind, value) => {
        let normalized: string
        try {
          normalized = normalizeIdentifier(kind, value)
        } catch {
          return
        }
        expect(normalizeIdentifier(kind, normalized)).toBe(normalized)
      }),
    )
  })
})
