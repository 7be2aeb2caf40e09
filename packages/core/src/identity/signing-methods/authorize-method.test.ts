import type { CustodyServices } from '../../custody/services.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { batch, update, type Write } from '../../kernel/storage/index.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createUser } from '../users/create.ts'
import { users } from '../users/table.ts'
import { consumeMethodAttempt } from './attempt-counter.ts'
import { withAuthorizedMethod } from './authorize-method.ts'
import { type AuthorizedMethod, commitAuthorized } from './authorized-method.ts'
import type { SigningMethodRow } from './sealing.ts'
import { signingMethods } from './tables.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const codes = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const
const pin = '4711'

let services: CustodyServices
let userId: string

beforeEach(async () => {
  services = testServices()
  const { user } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: pin } })
  userId = user.id
})

const run = <T>(operation: (authorized: AuthorizedMethod) => Promise<T>, value = pin, by = services): Promise<T> =>
  withAuthorizedMethod(by, actor, userId, { method: { type: 'PIN' }, value, codes }, operation)

const rename = (reference: string) => update(users, { where: { id: userId }, set: { reference } })
const change = (authorized: AuthorizedMethod): Promise<void> =>
  commitAuthorized(services, authorized, rename('changed'))
/** Counts an attempt of another request, whose value is still being checked. */
const countAttempt = (): Promise<unknown> => consumeMethodAttempt(services, actor, userId, { type: 'PIN' }, newId())

async function findPin(): Promise<SigningMethodRow> {
  const [row] = await services.storage.find(signingMethods, { where: { ownerId: userId } })
  return row ?? expect.fail('expected a PIN')
}

describe('withAuthorizedMethod', () => {
  it('counts the attempt before the operation, and resets the counter in the commit of the operation', async () => {
    await run(async (authorized) => {
      expect(await findPin()).toMatchObject({ remainingAttempts: 9, incorrectAttempts: 1 })
      await change(authorized)
      expect(await findPin()).toMatchObject({ remainingAttempts: 10, incorrectAttempts: 0, lastAttempt: null })
    })
  })

  it('does not run the operation with a wrong value', async () => {
    const outcome = outcomeCode(run(() => Promise.reject(new Error('must not run')), '0000'))
    expect(await outcome).toBe(codes.wrong)
    expect(await findPin()).toMatchObject({ remainingAttempts: 9 })
  })

  it.each<[string, (authorized: AuthorizedMethod) => Promise<unknown>]>([
    ['commits nothing', () => Promise.resolve()],
    ['fails before its commit', () => Promise.reject(new BillfoldError('wallet.archived'))],
    [
      'fails on a precondition',
      (authorized) =>
        commitAuthorized(
          services,
          authorized,
          update(users, { where: { id: 'nobody' }, set: { reference: 'changed' } }),
        ),
    ],
  ])('resets the counter if the operation %s', async (_, operation) => {
    await run(operation).catch(() => {})
    expect(await findPin()).toMatchObject({ remainingAttempts: 10, incorrectAttempts: 0 })
  })

  /** Runs an operation that commits, and lists how many writes each of its commits makes to methods. */
  async function countMethodWrites(before: () => Promise<unknown>, ...more: readonly Write[]): Promise<number[]> {
    const { storage } = services
    const counts: number[] = []
    const commit: typeof storage.commit = (committed) => {
      counts.push(committed.writes.filter(({ table }) => table.name === signingMethods.name).length)
      return storage.commit(committed)
    }
    await run(async (authorized) => {
      await before()
      await commitAuthorized({ storage: { ...storage, commit } }, authorized, rename('changed'), ...more)
    })
    return counts
  }

  it('resets the counter and checks the method by one write, which a database can take as a part of one statement', async () => {
    expect(await countMethodWrites(() => Promise.resolve())).toEqual([1])
    expect(await findPin()).toMatchObject({ remainingAttempts: 10, incorrectAttempts: 0, lastAttempt: null })
  })

  it('refunds only its own attempt if another one was counted before the commit', async () => {
    expect(await countMethodWrites(countAttempt)).toEqual([1, 3])
    expect(await findPin()).toMatchObject({ remainingAttempts: 9, incorrectAttempts: 1 })
  })

  it('resets the counter after the writes of an operation that concern methods', async () => {
    const other = update(signingMethods, { where: { id: 'other' }, set: { device: null }, expectedRows: 'any' })
    expect(await countMethodWrites(() => Promise.resolve(), other)).toEqual([4])
    expect(await findPin()).toMatchObject({ remainingAttempts: 10, incorrectAttempts: 0, lastAttempt: null })
  })

  it('commits nothing if the method was replaced before the commit', async () => {
    const replace = async () => {
      const { id } = await findPin()
      await services.storage.commit(batch(update(signingMethods, { where: { id }, add: { version: 1 } })))
    }
    await expect(countMethodWrites(replace)).rejects.toMatchObject({ name: 'CommitError', index: 0 })
    expect((await services.storage.find(users, { where: { id: userId } }))[0]?.reference).not.toBe('changed')
  })

  it('resets the counter once, so that an attempt counted after the commit is not refunded', async () => {
    const failing = async (authorized: AuthorizedMethod): Promise<void> => {
      await change(authorized)
      await countAttempt()
      throw new BillfoldError('wallet.archived')
    }
    expect(await outcomeCode(run(failing))).toBe('wallet.archived')
    expect(await findPin()).toMatchObject({ remainingAttempts: 9, incorrectAttempts: 1 })
  })

  it('does not reset the counter again after a commit with an unknown outcome', async () => {
    const { storage } = services
    const commit: typeof storage.commit = async (writes) => {
      await storage.commit(writes)
      await countAttempt()
      throw new BillfoldError('storage.unavailable')
    }
    const failing = (authorized: AuthorizedMethod): Promise<void> =>
      commitAuthorized({ storage: { ...storage, commit } }, authorized, rename('changed'))
    expect(await outcomeCode(run(failing))).toBe('storage.unavailable')
    expect(await findPin()).toMatchObject({ remainingAttempts: 9, incorrectAttempts: 1 })
  })

  it('never checks more values than the limit, with 60 concurrent guesses in three processes', async () => {
    const processes = [services, { ...services }, { ...services }]
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, index) => outcomeCode(run(change, '0000', processes[index % 3]))),
    )
    expect(outcomes.filter((outcome) => outcome === codes.wrong)).toHaveLength(10)
    expect(outcomes.filter((outcome) => outcome === codes.locked)).toHaveLength(50)
  })

  it.each([undefined, { maxFailures: 3, durationSeconds: 60 }])(
    'accepts 40 concurrent correct values, with the lockout rule %o',
    async (lockout) => {
      const by = { ...services, lockout }
      const outcomes = await Promise.all(Array.from({ length: 40 }, () => outcomeCode(run(change, pin, by))))
      expect(new Set(outcomes)).toEqual(new Set(['done']))
      expect(await findPin()).toMatchObject({ remainingAttempts: 10, incorrectAttempts: 0 })
    },
  )
})
