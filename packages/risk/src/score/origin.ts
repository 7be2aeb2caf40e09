import { type Actor, sealedColumn, type Services } from '@billfold/core/modules'
import { type EncryptionContext, open, seal } from '@billfold/core/crypto'
import type { RowOf } from '@billfold/core/storage'
import type { RiskSettings } from '../options.ts'
import { riskActs } from '../tables.ts'
import { parsePlace, type Place, toNetwork } from './place.ts'

/** Where an act comes from and whom it concerns, as keyed hashes that acts are compared by. */
export interface Origin {
  readonly network: string | null
  readonly country: string | null
  readonly counterparty: string | null
  readonly place: Place | undefined
}

/** Finds the origin of an act. @param recipients the parties that get something, in lower case; undefined if unknown */
export async function findOrigin(
  services: Services,
  { geo }: Pick<RiskSettings, 'geo'>,
  { tenant, source }: Actor,
  recipients: readonly string[] | undefined,
): Promise<Origin> {
  const place = source === undefined ? undefined : await findPlace(services, geo, source)
  const network = source === undefined ? undefined : toNetwork(source)
  const hash = async (purpose: string, value: string | undefined): Promise<string | null> =>
    value === undefined ? null : services.blindIndex.hash(`risk ${purpose}`, tenant, value)
  return {
    network: await hash('network', network),
    country: await hash('country', place?.country),
    counterparty: await hash('counterparty', recipients?.length === 1 ? recipients[0] : undefined),
    place,
  }
}

async function findPlace({ logger }: Services, geo: RiskSettings['geo'], source: string): Promise<Place | undefined> {
  try {
    return parsePlace(await geo?.(source))
  } catch (error) {
    logger.warn({ error: error instanceof Error ? error.message : typeof error }, 'risk.geo failed')
    return undefined
  }
}

type ActRow = RowOf<typeof riskActs>

const placeContext = ({ tenant, id }: Pick<ActRow, 'tenant' | 'id'>): EncryptionContext => ({
  tenant,
  table: riskActs.name,
  row: id,
  field: 'place',
})

/** How the column is re-encrypted under a new key. */
export const sealedPlaces = sealedColumn(riskActs, 'sealedPlace', placeContext)

/** Seals the place of an act. */
export async function sealPlace(
  { keyring }: Services,
  row: Pick<ActRow, 'tenant' | 'id'>,
  place: Place | undefined,
): Promise<Uint8Array | null> {
  if (place === undefined) return null
  return seal(keyring, new TextEncoder().encode(JSON.stringify(place)), placeContext(row))
}

/** Opens the place of an act; undefined if it has none. */
export async function openPlace({ keyring }: Services, row: ActRow): Promise<Place | undefined> {
  if (row.sealedPlace === null) return undefined
  return parsePlace(JSON.parse(new TextDecoder().decode(await open(keyring, row.sealedPlace, placeContext(row)))))
}
