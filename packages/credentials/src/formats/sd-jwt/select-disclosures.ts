import { type ClaimPath, isRelatedPath } from '../claim-path.ts'
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
  const { jwt, disclosures } = parseSdJwt(text)
  const { disclosed } = processPayload(parseJws(jwt, 'credential.malformed').payload, disclosures)
  const chosen = disclosed.filter(({ path }) => paths.some((wanted) => isRelatedPath(wanted, path)))
  return [jwt, ...chosen.map(({ encoded }) => encoded), ''].join('~')
}
