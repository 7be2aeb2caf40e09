/** Formats a number with its noun: `1 link`, `3 links`. */
export function formatCount(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
