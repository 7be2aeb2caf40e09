import { z } from 'zod'

/** What is known about an act and its user when it is assessed. A signal that is missing leaves its factors out. */
export const signalsSchema = z.strictObject({
  /** The kind of act: `payment`, `key-export`, … */
  act: z.string().max(32).optional(),
  failuresLastHour: z.int().min(0).optional(),
  failuresLastDay: z.int().min(0).optional(),
  locksLastDay: z.int().min(0).optional(),
  /** Acts of the user in the last hour. */
  actsLastHour: z.int().min(0).optional(),
  accountAgeDays: z.number().min(0).optional(),
  /** The age of the newest signing method. */
  methodAgeDays: z.number().min(0).optional(),
  /** A signing method was created or replaced in the last day. */
  methodChangedLastDay: z.boolean().optional(),
  /** An emergency code was used in the last day, or is used now. */
  recoveryUsedLastDay: z.boolean().optional(),
  contactsVerified: z.boolean().optional(),
  knownDevice: z.boolean().optional(),
  /** Whether the user has used this network (a /24, or /48 of IPv6) before. */
  knownNetwork: z.boolean().optional(),
  knownCountry: z.boolean().optional(),
  /** The speed that the user must have traveled at since the last act. */
  travelKmPerHour: z.number().min(0).optional(),
  /** How far the amount is from the user's own: a robust z-score over 30 days. */
  amountZScore: z.number().optional(),
  /** The share of the balance that the act spends, 0 to 1. */
  shareOfBalance: z.number().min(0).max(1).optional(),
  firstPaymentToCounterparty: z.boolean().optional(),
  /** How rare the hour of the day is for the user: the share of the user's acts in it and the hours beside it, 0 to 1. */
  shareOfHour: z.number().min(0).max(1).optional(),
  /** How near a face was to being refused: 0 for a perfect match, 1 at the threshold. */
  faceDistance: z.number().min(0).max(1).optional(),
  /** 0 to 1; 1 is certainly alive. */
  liveness: z.number().min(0).max(1).optional(),
  virtualCamera: z.boolean().optional(),
  commonPassword: z.boolean().optional(),
  /** False if the act may do more than can be decoded. */
  decodable: z.boolean().optional(),
  /** What the host says, for its own factors. */
  host: z.record(z.string().max(64), z.union([z.number(), z.boolean(), z.string().max(256)])).optional(),
})

/** The signals of an assessment. */
export type Signals = z.output<typeof signalsSchema>
