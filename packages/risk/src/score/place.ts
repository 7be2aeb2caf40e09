import { z } from 'zod'

const placeSchema = z.object({
  country: z.string().min(2).max(64),
  latitude: z.number().min(-90).max(90).optional(),
  longitude: z.number().min(-180).max(180).optional(),
})

/** Where a source address is. Coordinates in degrees (WGS 84). */
export type Place = z.output<typeof placeSchema>

/** Finds where a source address is; undefined if unknown. */
export type FindPlace = (address: string) => Place | undefined | Promise<Place | undefined>

/** Parses what a `geo` function has returned, or a stored place; undefined if it is none. */
export function parsePlace(value: unknown): Place | undefined {
  return placeSchema.safeParse(value).data
}

/** The network of a source address: the /24 of IPv4, the /48 of IPv6; undefined for other text. */
export function toNetwork(source: string): string | undefined {
  const ipv4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(source)?.[1]
  if (ipv4 !== undefined) return `${ipv4}.0/24`
  const ipv6 = /^([0-9a-f]{1,4}(?::[0-9a-f]{1,4}){2}):/.exec(source)?.[1]
  return ipv6 === undefined ? undefined : `${ipv6}::/48`
}

const earthRadiusKm = 6371
/** Addresses are placed to within a city at best, so shorter distances are no travel. */
const minDistanceKm = 100

/** The speed in km/h of a travel between two places (great circle); undefined without coordinates. */
export function travelKmPerHour(from: Place, to: Place, milliseconds: number): number | undefined {
  const distance = distanceKm(from, to)
  if (distance === undefined) return undefined
  if (distance < minDistanceKm) return 0
  const hours = Math.max(milliseconds, 60_000) / 3_600_000
  return distance / hours
}

/** The haversine formula. */
function distanceKm(from: Place, to: Place): number | undefined {
  const { latitude: lat1, longitude: lon1 } = from
  const { latitude: lat2, longitude: lon2 } = to
  if (lat1 === undefined || lon1 === undefined || lat2 === undefined || lon2 === undefined) return undefined
  const [a, b, halfLat, halfLon] = [lat1, lat2, (lat2 - lat1) / 2, (lon2 - lon1) / 2].map(toRadians)
  const square = haversine(halfLat) + Math.cos(a ?? 0) * Math.cos(b ?? 0) * haversine(halfLon)
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(square)))
}

function haversine(half = 0): number {
  return Math.sin(half) ** 2
}

function toRadians(degrees: number): number {
  return (degrees * Math.PI) / 180
}
