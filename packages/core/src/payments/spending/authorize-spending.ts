import { canonicalizeJson } from '../../kernel/canonical-json.ts'
import { authorizeAct } from '../../platform/acts/authorize-act.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import type { Write } from '../../kernel/storage/index.ts'
import { verifyPaymentPin } from '../credentials/lock-pin.ts'
import { type AccountBalances, getAccountBalance, type HoldInput, holdWrites } from '../ledger/index.ts'
import type { Precondition } from '../preconditions.ts'
import type { PaymentsContext } from '../settings.ts'

/** Not exported, so that only `authorizeSpending` can make an authorization. */
const issued = Symbol('spending authorization')

/** The proof that a user may spend, with the conditions that must still hold at the commit. */
export interface SpendingAuthorization {
  readonly userId: string
  readonly preconditions: readonly Precondition[]
  readonly [issued]: true
}

/** What a request presents in order to spend. */
export interface PresentedAuthority {
  /** The user's payment PIN. */
  readonly pin?: string | undefined
  /** The preconditions of the caller, such as an API key that is not revoked. */
  readonly preconditions?: readonly Precondition[]
}

/**
 * Decides whether a user may spend. Every request of a user that takes money from an account needs the result: a
 * payment and a withdrawal alike. With `requirePin` it verifies the PIN, which a stolen API key does not contain.
 * @throws BillfoldError `field.missing` without a PIN, `pin.incorrect`, `rate.limited`, `server.busy`
 */
export async function authorizeSpending(
  { services, settings }: PaymentsContext,
  actor: Actor,
  userId: string,
  { pin, preconditions = [] }: PresentedAuthority,
): Promise<SpendingAuthorization> {
  if (!settings.requirePin) return { userId, preconditions, [issued]: true }
  if (pin === undefined || pin.trim() === '')
    throw new BillfoldError('field.missing', { message: 'mpin cannot be Null or an empty String' })
  const unchanged = await verifyPaymentPin(services, actor, userId, pin)
  return { userId, preconditions: [...preconditions, unchanged], [issued]: true }
}

/** What money is spent on. */
export interface Spending {
  readonly kind: 'payment' | 'withdrawal'
  readonly actor: Actor
  /** The user id of the receiver, the blind index of an invited one, or the name of the gateway. */
  readonly counterparty: string | undefined
}

/**
 * The writes that hold money which a user spends, once the modules have authorized it. Commit them with the preconditions of the authorization, inside
 * `retryOnConflict`.
 * @param balances the balances of `listHoldBalances`, if this attempt has read them already
 * @throws BillfoldError `ledger.insufficient-funds`, those of `authorizeAct`; `unexpected` if the money belongs to another user
 */
export async function spendingWrites(
  services: Services,
  authorization: SpendingAuthorization,
  hold: HoldInput,
  { kind, ...spending }: Spending,
  balances?: AccountBalances,
): Promise<readonly Write[]> {
  if (hold.owner !== authorization.userId)
    throw new BillfoldError('unexpected', { message: 'The authorization belongs to another user' })
  const { currency, amount } = hold
  const counted = await authorizeAct(services, () => {
    const content = canonicalizeJson([currency, amount.toString(), spending.counterparty ?? null])
    const findAvailable = (): Promise<bigint> =>
      getAccountBalance(services, hold.tenant, currency, { kind: 'available', owner: hold.owner })
    return { ...spending, kind, userId: hold.owner, money: { currency, amount }, findAvailable, content }
  })
  return [...(await holdWrites(services, hold, `${kind}.held`, services.now(), balances)), ...counted]
}
