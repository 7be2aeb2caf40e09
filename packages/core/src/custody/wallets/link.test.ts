import type { CustodyServices } from '../services.ts'
import { beforeEach, expect, it } from 'vitest'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { authorizeMethod } from '../../identity/signing-methods/authorize-method.ts'
import type { AuthorizedMethod } from '../../identity/signing-methods/authorized-method.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { interruptCommit } from '../../test-fixtures/interrupted-storage.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createUser, type UserRow } from '../../identity/users/create.ts'
import { updateWallet } from './update.ts'
import { getChain, knownChains } from './chains/index.ts'
import { createStandaloneWallet, createUserWallet } from './create.ts'
import { linkWallet } from './link.ts'
import type { CustodyWalletRow } from './sealing.ts'
import { wallets } from './tables.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const ethereum = getChain(knownChains(), 'ETHEREUM')
const refusals = { wrong: 'pincode.incorrect', locked: 'pincode.no-tries-left' } as const

let services: CustodyServices
let user: UserRow
let other: CustodyWalletRow

const unlockPin = (ownerId: string): Promise<AuthorizedMethod> =>
  authorizeMethod(services, actor, ownerId, { type: 'PIN' }, '4711', refusals)

beforeEach(async () => {
  services = testServices()
  user = (await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: '4711' } })).user
  other = await createStandaloneWallet(services, {}, actor, ethereum, {}, '4711')
})

it('clears the primary flag of a linked wallet if the user already has a primary wallet on the chain', async () => {
  const mine = await createUserWallet(services, actor, user.id, ethereum, {}, await unlockPin(user.id))
  for (const { id } of [mine, other]) await updateWallet(services, actor, id, { primary: true })
  const authorizedBy = { wallet: await unlockPin(other.id), user: await unlockPin(user.id) }
  await linkWallet(services, actor, other.id, user.id, authorizedBy)
  const primary = await services.storage.find(wallets, { where: { ownerId: user.id, primary: true } })
  expect(primary.map(({ id }) => id)).toEqual([mine.id])
})

it('rejects linking a wallet that is archived concurrently', async () => {
  const authorizedBy = { wallet: await unlockPin(other.id), user: await unlockPin(user.id) }
  const archive = (): Promise<unknown> => updateWallet(services, actor, other.id, { archived: true })
  const meanwhile = { ...services, storage: interruptCommit(services.storage, wallets.name, archive) }
  expect(await outcomeCode(linkWallet(meanwhile, actor, other.id, user.id, authorizedBy))).toBe('wallet.archived')
  const [row] = await services.storage.find(wallets, { where: { id: other.id } })
  expect(row).toMatchObject({ userId: null, archivedAt: expect.any(Number) })
})
