import { errorFactory } from '@billfold/core'
import { type Actor, auditWrite, eventWrites, getUser, type Services } from '@billfold/core/modules'
import { batch, insert, isCommitError, type RowOf, update, type Write } from '@billfold/core/storage'
import { sealCardName } from './card-name.ts'
import { loyaltyErrors } from './declarations.ts'
import { loyaltyAccounts } from './table.ts'

const loyaltyError = errorFactory(loyaltyErrors)

/**
 * Opens a loyalty account with 0 points. Does nothing if the user has one.
 * @param cardName the name on the card, at most 100 characters
 * @throws BillfoldError `user.not-found`
 */
export async function join(services: Services, actor: Actor, userId: string, cardName: string): Promise<void> {
  const { tenant } = actor
  await getUser(services, tenant, userId)
  const now = services.now()
  const sealedCardName = await sealCardName(services, { tenant, userId }, cardName)
  try {
    await services.storage.commit(
      batch(
        insert(loyaltyAccounts, { userId, tenant, points: 0, sealedCardName, lastUsedAt: now }),
        auditWrite(actor, 'loyalty.joined', userId, now),
      ),
    )
  } catch (error) {
    if (!isCommitError(error) || error.reason !== 'duplicate') throw error
  }
}

/** Returns the loyalty account of a user. @throws BillfoldError `loyalty.not-a-member` */
export async function getAccount(
  { storage }: Services,
  tenant: string,
  userId: string,
): Promise<RowOf<typeof loyaltyAccounts>> {
  const [account] = await storage.find(loyaltyAccounts, { where: { userId, tenant }, limit: 1 })
  if (account === undefined) throw loyaltyError('loyalty.not-a-member')
  return account
}

/** Grants points to a user. @throws BillfoldError `loyalty.not-a-member` */
export async function grant(services: Services, actor: Actor, userId: string, points: number): Promise<void> {
  const now = services.now()
  await getAccount(services, actor.tenant, userId)
  await changePoints(services, actor.tenant, userId, points, [
    auditWrite(actor, 'loyalty.points-granted', userId, now, { points }),
  ])
}

/**
 * Redeems points of a user. The condition of the commit, and not the read before it, keeps the balance from going below
 * zero when several requests redeem at once.
 * @throws BillfoldError `loyalty.not-a-member`, `loyalty.insufficient-points`
 */
export async function redeem(services: Services, actor: Actor, userId: string, points: number): Promise<void> {
  const { tenant } = actor
  await getAccount(services, tenant, userId)
  await changePoints(services, tenant, userId, -points, [
    auditWrite(actor, 'loyalty.points-redeemed', userId, services.now(), { points }),
    ...eventWrites(services, tenant, 'loyalty.points-redeemed', { userId, points }),
  ])
}

async function changePoints(
  services: Services,
  tenant: string,
  userId: string,
  by: number,
  records: readonly Write[],
): Promise<void> {
  const change = update(loyaltyAccounts, {
    where: { userId, tenant, points: { gte: Math.max(0, -by) } },
    set: { lastUsedAt: services.now() },
    add: { points: by },
  })
  try {
    await services.storage.commit(batch(change, ...records))
  } catch (error) {
    if (isCommitError(error)) throw loyaltyError('loyalty.insufficient-points', { cause: error })
    throw error
  }
}
