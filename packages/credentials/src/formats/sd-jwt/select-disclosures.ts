import { type ClaimPath, isRelatedPath, isSamePath } from '../claim-path.ts'
import { parseJws } from '../jws.ts'
import { parseSdJwt } from './parse-sd-jwt.ts'
import { processPayload } from './process-payload.ts'

/**
 * Retains of an SD-JWT the disclosures that the claims at these paths need: themselves, what is in them, and their parents.
 *
 * @param text an SD-JWT without key binding, as issued
 * @param paths the claims to disclose; null stands for every element of an array
 * @returns the SD-JWT with these disclosures, ending with a tilde
 * @throws Refusal if it is not well-formed
 */
export function selectDisclosures(text: string, paths: readonly ClaimPath[]): string {
  return retain(text, (path) => paths.some((wanted) => isRelatedPath(wanted, path)))
}

/**
 * Retains of an SD-JWT the disclosures at these very places, and no others: not what is in them, and no parents.
 *
 * @param text an SD-JWT without key binding, as issued
 * @param places the places of disclosures, each with those of its parents
 * @returns the SD-JWT with these disclosures, ending with a tilde
 * @throws Refusal if it is not well-formed
 */
export function retainDisclosures(text: string, places: readonly ClaimPath[]): string {
  return retain(text, (path) => places.some((place) => isSamePath(place, path)))
}

function retain(text: string, isChosen: (path: ClaimPath) => boolean): string {
  const { jwt, disclosures } = parseSdJwt(text)
  const { disclosed } = processPayload(parseJws(jwt, 'credential.malformed').payload, disclosures)
  const chosen = disclosed.filter(({ path }) => isChosen(path))
  return [jwt, ...chosen.map(({ encoded }) => encoded), ''].join('~')
}
