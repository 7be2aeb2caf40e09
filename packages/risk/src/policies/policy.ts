import { type ActKind, actKinds } from '@billfold/core/modules'
import { z } from 'zod'

const kinds = Object.keys(actKinds)
const isActKind = (text: string): text is ActKind => kinds.includes(text)
const actKind = z.string().refine(isActKind, { error: `must be one of ${kinds.join(', ')}` })

/** An amount in minor units, as a decimal integer: `10000` is 100.00 USD. */
const minorUnits = z
  .string()
  .regex(/^(?:0|[1-9][0-9]{0,37})$/, 'must be an integer of minor units, at most 38 digits')
  .transform((text) => BigInt(text))

const window = z.strictObject({
  seconds: z
    .int()
    .min(60)
    .max(366 * 24 * 60 * 60),
})
const per = z.enum(['user', 'wallet', 'tenant']).default('user')

const text = z.string().min(1).max(256)
const list = z
  .strictObject({ in: z.array(text).min(1).max(500).optional(), notIn: z.array(text).min(1).max(500).optional() })
  .refine(({ in: one, notIn }) => (one === undefined) !== (notIn === undefined), { error: 'needs either in or notIn' })

const limit = <T extends z.ZodType>(bound: T) => ({ above: bound.optional(), atMost: bound.optional() })
const oneBound = [
  ({ above, atMost }: { readonly above?: unknown; readonly atMost?: unknown }) =>
    (above === undefined) !== (atMost === undefined),
  { error: 'needs either above or atMost' },
] as const

/** `USD`, `eip155:1/native`, `eip155:1/erc20:0x…` in lower case, or `price` for the host's price function. */
const asset = z.string().min(1).max(128)

const amount = z.strictObject({ asset, ...limit(minorUnits), window: window.optional(), per }).refine(...oneBound)
const count = z.strictObject({ ...limit(z.int().min(0).max(1_000_000_000)), window, per }).refine(...oneBound)

const timeOfDay = z.string().regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be HH:MM')
const zone = z.string().max(64).refine(isTimeZone, { error: 'is not a time zone of the IANA database' })
const time = z.strictObject({
  zone,
  /** 1 is Monday, 7 Sunday (ISO 8601). */
  days: z.array(z.int().min(1).max(7)).min(1).optional(),
  /** The window; one that ends before it starts passes midnight. */
  from: timeOfDay.default('00:00'),
  to: timeOfDay.default('00:00'),
  /** False for a rule that applies outside of the window. */
  inside: z.boolean().default(true),
})

const domain = z.strictObject({
  name: text.optional(),
  verifyingContract: text.optional(),
  chainId: z
    .string()
    .regex(/^[0-9]{1,20}$/)
    .optional(),
})

const conditions = z.strictObject({
  amount: amount.optional(),
  count: count.optional(),
  /** Who gets the value: an address, a user id, the name of a gateway. */
  counterparty: list.optional(),
  /** The contract that is called. */
  contract: list.optional(),
  /** The first four bytes of the call data: `0xa9059cbb`. */
  selector: list.optional(),
  /** The domain of typed data (EIP-712). Fields that are left out match any. */
  domain: z.strictObject({ in: z.array(domain).min(1).max(100) }).optional(),
  primaryType: list.optional(),
  /** The chain (`ETHEREUM`) or network (`eip155:1`). */
  chain: list.optional(),
  time: time.optional(),
  deviceKnown: z.boolean().optional(),
  /** The recipient was first used by the user within this time, or never. */
  destinationFirstSeenWithin: window.optional(),
  /** The severity of an assessment of the act. */
  severityAtLeast: z.enum(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL']).optional(),
})

const userId = z.string().min(1).max(36)
const ttlSeconds = z
  .int()
  .min(60)
  .max(30 * 24 * 60 * 60)
  .default(24 * 60 * 60)

const outcome = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('allow') }),
  z.strictObject({ decision: z.literal('deny') }),
  z.strictObject({
    decision: z.literal('step-up'),
    /** The types of signing methods that confirm. A PIN does not: it is what a thief of a PIN has. */
    methods: z.array(z.enum(['PASSWORD', 'EMERGENCY_CODE', 'BIOMETRIC', 'PASSKEY'])).min(1),
    ttlSeconds,
  }),
  z
    .strictObject({
      decision: z.literal('approve'),
      /** How many of them. */
      by: z.int().min(1).max(20),
      of: z
        .array(userId)
        .min(1)
        .max(20)
        .refine((ids) => new Set(ids).size === ids.length, { error: 'names a user twice' }),
      ttlSeconds,
    })
    .refine(({ by, of }) => by <= of.length, { error: 'needs more approvers than it names' }),
])

/** The functions of contracts that a rule decodes. Arguments of static elementary types only. */
const abi = z
  .array(
    z.strictObject({
      /** `transfer(address,uint256)`. */
      function: z
        .string()
        .max(256)
        .regex(/^[A-Za-z_$][A-Za-z0-9_$]*\((?:[a-z0-9]+(?:,[a-z0-9]+)*)?\)$/),
      /** The index of the argument that is the recipient; without one the contract is. */
      to: z.int().min(0).max(15).optional(),
      /** The index of the argument that is the amount of the contract's token; without one the function moves none. */
      amount: z.int().min(0).max(15).optional(),
    }),
  )
  .max(50)

/** A rule as a caller writes it. */
export const policyInput = z.strictObject({
  name: z.string().min(1).max(128),
  subject: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.enum(['user', 'wallet', 'role']), id: z.string().min(1).max(64) }),
    z.strictObject({ kind: z.literal('tenant') }),
  ]),
  /** The kinds of acts; all if it is left out. */
  acts: z.array(actKind).min(1).optional(),
  when: conditions.default({}),
  abi: abi.optional(),
  then: outcome,
  /** Rules of a subject are tried in this order, smallest first. */
  order: z.int().min(0).max(1_000_000).default(0),
})

/** A rule as it is stored, as JSON: amounts are text again. */
export type PolicyInput = z.input<typeof policyInput>

/** A validated rule. */
export type PolicyRule = z.output<typeof policyInput>

/** The conditions of a rule. */
export type Conditions = PolicyRule['when']

/** What follows if a rule matches. */
export type Outcome = PolicyRule['then']

/** A rule of a tenant. */
export interface Policy extends PolicyRule {
  readonly id: string
  /** Incremented by each change. */
  readonly version: number
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
