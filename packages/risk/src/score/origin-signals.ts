import type { Services } from '@billfold/core/modules'
import type { RowOf } from '@billfold/core/storage'
import type { riskActs } from '../tables.ts'
import { openPlace, type Origin } from './origin.ts'
import { travelKmPerHour } from './place.ts'
import type { Signals } from './signals.ts'

type ActRow = RowOf<typeof riskActs>

/**
 * Compares where an act comes from, and whom it concerns, with the user's acts before. A user without any act before has no known
 * network, so nothing is said about it.
 *
 * @param acts newest first
 */
export async function compareOrigin(
  services: Services,
  origin: Origin,
  acts: readonly ActRow[],
  now: number,
): Promise<Signals> {
  return {
    knownNetwork: isKnown(
      origin.network,
      acts.map(({ network }) => network),
    ),
    knownCountry: isKnown(
      origin.country,
      acts.map(({ country }) => country),
    ),
    travelKmPerHour: await computeTravel(services, origin, acts, now),
    firstPaymentToCounterparty:
      origin.counterparty === null ? undefined : !acts.some(({ counterparty }) => counterparty === origin.counterparty),
  }
}

function isKnown(value: string | null, before: readonly (string | null)[]): boolean | undefined {
  if (value === null || before.every((one) => one === null)) return undefined
  return before.includes(value)
}

async function computeTravel(
  services: Services,
  { place }: Origin,
  acts: readonly ActRow[],
  now: number,
): Promise<number | undefined> {
  const last = acts.find(({ sealedPlace }) => sealedPlace !== null)
  const from = last && (await openPlace(services, last))
  if (last === undefined || from === undefined || place === undefined) return undefined
  return travelKmPerHour(from, place, now - last.at)
}
