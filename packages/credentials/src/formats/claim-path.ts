/** A claims path pointer (OpenID4VP 1.0 section 7): names, indexes, and null for every element of an array. */
export type ClaimPath = readonly (string | number | null)[]

/** Returns true if `pattern` selects the place `path`, or the beginning of it: null stands for every index. */
export function isPathPrefix(pattern: ClaimPath, path: ClaimPath): boolean {
  return (
    pattern.length <= path.length &&
    pattern.every((part, index) => part === path[index] || (part === null && typeof path[index] === 'number'))
  )
}

/** Returns true if one of the two places contains the other: a disclosed claim is below what was asked, or a parent of it. */
export function isRelatedPath(pattern: ClaimPath, path: ClaimPath): boolean {
  return isPathPrefix(pattern, path) || isPathPrefix(pattern.slice(0, path.length), path)
}
