/** A claims path pointer (OpenID4VP 1.0 section 7): names, indexes, and null for every element of an array. */
export type ClaimPath = readonly (string | number | null)[]

/** Returns true if one place is the beginning of the other, or the same: null and every index stand for each other. */
export function isPathPrefix(beginning: ClaimPath, path: ClaimPath): boolean {
  return beginning.length <= path.length && beginning.every((part, index) => isSameStep(part, path[index]))
}

/** Returns true if one of the two places contains the other: a disclosed claim is below what was asked, or a parent of it. */
export function isRelatedPath(left: ClaimPath, right: ClaimPath): boolean {
  return isPathPrefix(left, right) || isPathPrefix(right, left)
}

/** Returns true if both are one place. */
export function isSamePath(left: ClaimPath, right: ClaimPath): boolean {
  return left.length === right.length && left.every((part, index) => part === right[index])
}

function isSameStep(left: string | number | null, right: string | number | null | undefined): boolean {
  return left === right || (left === null && typeof right === 'number') || (right === null && typeof left === 'number')
}
