import { expect, it } from 'vitest'
import type { Actor } from '../audit/record.ts'
import { unlock } from '../credentials/unlock.ts'
import { testServices } from '../test-fixtures/services.ts'
import { createUser } from '../users/create.ts'
import { changeWallet } from './change.ts'
import { chainOf, knownChains } from './chains/index.ts'
import { createOwnWallet, createUserWallet } from './create.ts'
import { linkWallet } from './link.ts'
import { wallets } from './tables.ts'

it('leaves the user with one primary wallet of a chain when a primary one is linked', async () => {
  const services = testServices()
  const actor: Actor = { tenant: 'default', id: 'test' }
  const ethereum = chainOf(knownChains(), 'ETHEREUM')
  const refusals = { wrong: 'pincode.incorrect', locked: 'pincode.no-tries-left' } as const
  const open = (ownerId: string) => unlock(services, actor, ownerId, { type: 'PIN' }, '4711', refusals)
  const { user } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: '4711' } })
  const mine = await createUserWallet(services, actor, user.id, ethereum, {}, await open(user.id))
  const other = await createOwnWallet(services, {}, actor, ethereum, {}, '4711')
  for (const { id } of [mine, other]) await changeWallet(services, actor, id, { primary: true })
  const authority = { wallet: await open(other.id), user: await open(user.id) }
  await linkWallet(services, actor, other.id, user.id, authority)
  const primary = await services.storage.find(wallets, { where: { ownerId: user.id, primary: true } })
  expect(primary.map(({ id }) => id)).toEqual([mine.id])
})
