import type { Signals } from './signals.ts'

/** The group of a factor (OWASP Risk Rating Methodology). The first two make the likelihood, the others the impact. */
export type FactorGroup = 'threat-agent' | 'vulnerability' | 'technical-impact' | 'business-impact'

/** One factor of a score. */
export interface Factor {
  readonly name: string
  readonly group: FactorGroup
  /** How much it counts in the mean of its group. */
  readonly weight: number
  /** The signals that it reads, which are its evidence. */
  readonly signals: readonly (keyof Signals)[]
  /** Changed with the function, so that an assessment names what it was computed with. Default: `1`. */
  readonly version?: string
  /** From 0 to 9; undefined without data, which leaves the factor out. */
  readonly rate: (signals: Signals) => number | undefined
}

/** Rates the first step that a value reaches: `[[10, 9], [3, 6]]` is 9 from 10, 6 from 3, and 0 below. */
const steps = (
  value: number | undefined,
  table: readonly (readonly [from: number, rating: number])[],
): number | undefined => (value === undefined ? undefined : (table.find(([from]) => value >= from)?.[1] ?? 0))

const flag = (value: boolean | undefined, ifTrue: number, ifFalse: number): number | undefined =>
  value === undefined ? undefined : value ? ifTrue : ifFalse

const actImpact: Readonly<Record<string, number>> = {
  'key-export': 9,
  'raw-signature': 8,
  'method-change': 7,
  'did-update': 7,
  'wallet-link': 6,
  'typed-data': 6,
  transaction: 5,
  'transaction-replace': 2,
  withdrawal: 5,
  payment: 4,
  'did-auth': 4,
  'credential-present': 4,
  'credential-issue': 3,
  login: 3,
  message: 2,
  'transaction-build': 1,
}

/** The factors that Billfold ships. A host adds its own, or replaces one by its name. */
export const shippedFactors: readonly Factor[] = [
  {
    name: 'failures-last-hour',
    group: 'threat-agent',
    weight: 2,
    signals: ['failuresLastHour'],
    rate: ({ failuresLastHour }) =>
      steps(failuresLastHour, [
        [10, 9],
        [5, 7],
        [3, 5],
        [1, 2],
      ]),
  },
  {
    name: 'failures-last-day',
    group: 'threat-agent',
    weight: 1,
    signals: ['failuresLastDay'],
    rate: ({ failuresLastDay }) =>
      steps(failuresLastDay, [
        [30, 9],
        [10, 6],
        [3, 3],
        [1, 1],
      ]),
  },
  {
    name: 'locks-last-day',
    group: 'threat-agent',
    weight: 2,
    signals: ['locksLastDay'],
    rate: ({ locksLastDay }) =>
      steps(locksLastDay, [
        [2, 9],
        [1, 7],
      ]),
  },
  {
    name: 'velocity',
    group: 'threat-agent',
    weight: 1,
    signals: ['actsLastHour'],
    rate: ({ actsLastHour }) =>
      steps(actsLastHour, [
        [60, 9],
        [20, 6],
        [10, 3],
      ]),
  },
  {
    name: 'unusual-hour',
    group: 'threat-agent',
    weight: 1,
    signals: ['shareOfHour'],
    rate: ({ shareOfHour }) =>
      shareOfHour === undefined ? undefined : shareOfHour >= 0.05 ? 0 : shareOfHour > 0 ? 4 : 7,
  },
  {
    name: 'impossible-travel',
    group: 'threat-agent',
    weight: 2,
    signals: ['travelKmPerHour'],
    rate: ({ travelKmPerHour }) =>
      steps(travelKmPerHour, [
        [1000, 9],
        [500, 5],
      ]),
  },
  {
    name: 'virtual-camera',
    group: 'threat-agent',
    weight: 2,
    signals: ['virtualCamera'],
    rate: ({ virtualCamera }) => flag(virtualCamera, 9, 0),
  },
  {
    name: 'new-device',
    group: 'vulnerability',
    weight: 2,
    signals: ['knownDevice'],
    rate: ({ knownDevice }) => flag(knownDevice, 1, 7),
  },
  {
    name: 'new-network',
    group: 'vulnerability',
    weight: 1,
    signals: ['knownNetwork'],
    rate: ({ knownNetwork }) => flag(knownNetwork, 1, 6),
  },
  {
    name: 'new-country',
    group: 'vulnerability',
    weight: 1,
    signals: ['knownCountry'],
    rate: ({ knownCountry }) => flag(knownCountry, 1, 8),
  },
  {
    name: 'account-age',
    group: 'vulnerability',
    weight: 1,
    signals: ['accountAgeDays'],
    rate: ({ accountAgeDays }) =>
      accountAgeDays === undefined ? undefined : accountAgeDays < 1 ? 8 : accountAgeDays < 30 ? 5 : 1,
  },
  {
    name: 'method-age',
    group: 'vulnerability',
    weight: 1,
    signals: ['methodAgeDays'],
    rate: ({ methodAgeDays }) =>
      methodAgeDays === undefined ? undefined : methodAgeDays < 1 ? 7 : methodAgeDays < 7 ? 4 : 1,
  },
  {
    name: 'method-changed',
    group: 'vulnerability',
    weight: 2,
    signals: ['methodChangedLastDay'],
    rate: ({ methodChangedLastDay }) => flag(methodChangedLastDay, 8, 1),
  },
  {
    name: 'recovery-used',
    group: 'vulnerability',
    weight: 2,
    signals: ['recoveryUsedLastDay'],
    rate: ({ recoveryUsedLastDay }) => flag(recoveryUsedLastDay, 8, 1),
  },
  {
    name: 'contacts',
    group: 'vulnerability',
    weight: 1,
    signals: ['contactsVerified'],
    rate: ({ contactsVerified }) => flag(contactsVerified, 1, 6),
  },
  {
    name: 'common-password',
    group: 'vulnerability',
    weight: 1,
    signals: ['commonPassword'],
    rate: ({ commonPassword }) => flag(commonPassword, 9, 1),
  },
  {
    name: 'face-distance',
    group: 'vulnerability',
    weight: 1,
    signals: ['faceDistance'],
    rate: ({ faceDistance }) =>
      steps(faceDistance, [
        [0.95, 8],
        [0.8, 5],
        [0.5, 2],
      ]),
  },
  {
    name: 'liveness',
    group: 'vulnerability',
    weight: 1,
    signals: ['liveness'],
    rate: ({ liveness }) => (liveness === undefined ? undefined : Math.round((1 - liveness) * 9)),
  },
  {
    name: 'act',
    group: 'technical-impact',
    weight: 2,
    signals: ['act'],
    rate: ({ act }) => (act === undefined ? undefined : actImpact[act]),
  },
  {
    name: 'opaque',
    group: 'technical-impact',
    weight: 1,
    signals: ['decodable'],
    rate: ({ decodable }) => flag(decodable, 1, 8),
  },
  {
    name: 'unusual-amount',
    group: 'business-impact',
    weight: 2,
    signals: ['amountZScore'],
    rate: ({ amountZScore }) =>
      steps(amountZScore, [
        [6, 9],
        [3, 6],
        [2, 3],
      ]),
  },
  {
    name: 'share-of-balance',
    group: 'business-impact',
    weight: 2,
    signals: ['shareOfBalance'],
    rate: ({ shareOfBalance }) => (shareOfBalance === undefined ? undefined : Math.round(shareOfBalance * 9)),
  },
  {
    name: 'new-counterparty',
    group: 'business-impact',
    weight: 1,
    signals: ['firstPaymentToCounterparty'],
    rate: ({ firstPaymentToCounterparty }) => flag(firstPaymentToCounterparty, 6, 1),
  },
]
