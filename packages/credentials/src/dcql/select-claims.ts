import type { ClaimPath } from '../formats/claim-path.ts'
import { isJsonObject } from '../formats/json.ts'

/** A claim that a path selects, with its own path: without null. */
export interface SelectedClaim {
  readonly path: ClaimPath
  readonly value: unknown
}

/**
 * Selects claims by a claims path pointer (OpenID4VP 1.0 section 7.1).
 * @returns all selected claims; empty if the path selects none, or does not fit the structure
 */
export function selectClaims(root: unknown, path: ClaimPath): readonly SelectedClaim[] {
  let selected: readonly SelectedClaim[] = [{ path: [], value: root }]
  for (const part of path) {
    const next = selected.map((claim) => step(claim, part))
    const found = next.filter((claims) => claims !== undefined)
    // A structure that the path does not fit ends the processing (steps 3 to 6 of the section).
    if (found.length < next.length) return []
    selected = found.flat()
  }
  return selected
}

/** Returns undefined if the value is not of the structure that the path expects, and nothing if it lacks the claim. */
function step({ path, value }: SelectedClaim, part: string | number | null): readonly SelectedClaim[] | undefined {
  if (typeof part === 'string') {
    if (!isJsonObject(value)) return undefined
    return Object.hasOwn(value, part) ? [{ path: [...path, part], value: value[part] }] : []
  }
  if (!Array.isArray(value)) return undefined
  const elements: readonly unknown[] = value
  if (part === null) return elements.map((element, index) => ({ path: [...path, index], value: element }))
  return part < elements.length ? [{ path: [...path, part], value: elements[part] }] : []
}
