import { beforeEach, expect, it } from 'vitest'
import type { Actor } from '../audit/record.ts'
import { masterSecrets } from '../credentials/tables.ts'
import { type OpenedMethod, unlock } from '../credentials/unlock.ts'
import type { Services } from '../services.ts'
import { codeOf } from '../test-fixtures/code-of.ts'
import { interruptedRead } from '../test-fixtures/interrupted.ts'
import { testServices } from '../test-fixtures/services.ts'
import { createUser, type UserRow } from '../users/create.ts'
import { changeWallet } from './change.ts'
import { chainOf, knownChains } from './chains/index.ts'
import { createOwnWallet, createUserWallet } from './create.ts'
import { linkWallet } from './link.ts'
import type { WalletRow } from './sealing.ts'
import { wallets } from './tables.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const ethereum = chainOf(knownChains(), 'ETHEREUM')
const refusals = { wrong: 'pincode.incorrect', locked: 'pincode.no-tries-left' } as const

let services: Services
let user: UserRow
let other: WalletRow

const unlockPin = (ownerId: string): Promise<OpenedMethod> =>
  unlock(services, actor, ownerId, { type: 'PIN' }, '4711', refusals)

beforeEach(async () => {
  services = testServices()
  user = (await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: '4711' } })).user
  other = await createOwnWallet(services, {}, actor, ethereum, {}, '4711')
})

it('clears the primary flag of a linked wallet if the user already has a primary wallet on the chain', async () => {
  const mine = await createUserWallet(services, actor, user.id, ethereum, {}, await unlockPin(user.id))
  for (const { id } of [mine, other]) await changeWallet(services, actor, id, { primary: true })
  const authorizedBy = { wallet: await unlockPin(other.id), user: await unlockPin(user.id) }
  await linkWallet(services, actor, other.id, user.id, authorizedBy)
  const primary = await services.storage.find(wallets, { where: { ownerId: user.id, primary: true } })
  expect(primary.map(({ id }) => id)).toEqual([mine.id])
})

it('rejects linking a wallet that is archived concurrently', async () => {
  const authorizedBy = { wallet: await unlockPin(other.id), user: await unlockPin(user.id) }
  const archive = (): Promise<unknown> => changeWallet(services, actor, other.id, { archived: true })
  const meanwhile = { ...services, storage: interruptedRead(services.storage, masterSecrets.name, archive) }
  expect(await codeOf(linkWallet(meanwhile, actor, other.id, user.id, authorizedBy))).toBe('wallet.archived')
  const [row] = await services.storage.find(wallets, { where: { id: other.id } })
  expect(row).toMatchObject({ userId: null, archivedAt: expect.any(Number) })
})
