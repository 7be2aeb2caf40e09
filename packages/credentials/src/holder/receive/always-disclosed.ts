import { isJsonObject, type JsonObject } from '../../formats/json.ts'

/** Claims that say how a credential is to be used, and are no attributes. */
export const technicalClaims: ReadonlySet<string> = new Set(
  'iss iat nbf exp cnf vct vct#integrity status sub jti _sd_alg'.split(' '),
)

/** Lists the names of the attributes in the payload of an SD-JWT that every presentation discloses, at least in part. */
export function listAlwaysDisclosed(payload: JsonObject): readonly string[] {
  return Object.entries(payload)
    .filter(([name, value]) => !technicalClaims.has(name) && name !== '_sd' && !isConcealed(value))
    .map(([name]) => name)
}

/** A claim in the open with nothing in it but digests discloses nothing by itself. */
function isConcealed(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isConcealed)
  if (!isJsonObject(value)) return false
  const entries = Object.entries(value)
  return entries.length > 0 && entries.every(([name, inner]) => name === '_sd' || name === '...' || isConcealed(inner))
}
