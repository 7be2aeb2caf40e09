import { z } from 'zod'
import type { AnyCredentialType } from './credential-type.ts'

/** A claim of a type as metadata describe it (OpenID4VCI appendix B.2, SD-JWT VC section 9). */
export interface DescribedClaim {
  readonly path: readonly (string | null)[]
  readonly mandatory: boolean
  readonly display?: readonly { readonly name: string; readonly locale: string }[]
}

/** Lists the claims of a type from its schema: top-level ones, members of objects, elements of arrays. */
export function describeClaims({ schema, labels }: AnyCredentialType): readonly DescribedClaim[] {
  const json: unknown = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' })
  return listClaims(json, []).map((claim) => {
    const [top] = claim.path
    const names = claim.path.length === 1 && typeof top === 'string' ? Object.entries(labels[top] ?? {}) : []
    return names.length === 0 ? claim : { ...claim, display: names.map(([locale, name]) => ({ name, locale })) }
  })
}

const maxDepth = 8

function listClaims(json: unknown, path: readonly (string | null)[]): readonly DescribedClaim[] {
  if (typeof json !== 'object' || json === null || path.length >= maxDepth) return []
  const properties: unknown = Reflect.get(json, 'properties')
  const items: unknown = Reflect.get(json, 'items')
  const required: unknown = Reflect.get(json, 'required')
  if (typeof properties === 'object' && properties !== null)
    return Object.entries(properties).flatMap(([name, inner]) => {
      const mandatory = Array.isArray(required) && required.includes(name)
      const own = [...path, name]
      return [{ path: own, mandatory }, ...listClaims(inner, own)]
    })
  if (typeof items === 'object' && items !== null)
    return [{ path: [...path, null], mandatory: false }, ...listClaims(items, [...path, null])]
  return []
}
