const dateTime =
  /^(?<date>\d{4}-(?<month>\d\d)-(?<day>\d\d))[Tt](?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?<fraction>\.\d+)?(?:[Zz]|(?<sign>[+-])(?<hours>\d\d):(?<minutes>\d\d))$/

/**
 * Parses a date-time of RFC 3339: grammar of section 5.6 with `t` and `z` in either case, restrictions of section 5.7.
 * A leap second counts as the second after it.
 *
 * @returns epoch milliseconds, or NaN if the text is no date-time, such as 31 February
 */
export function parseRfc3339(text: string): number {
  const fields = dateTime.exec(text)?.groups
  if (fields === undefined) return Number.NaN
  const [hour, minute, second] = [Number(fields['hour']), Number(fields['minute']), Number(fields['second'])]
  const [hours, minutes] = [Number(fields['hours'] ?? 0), Number(fields['minutes'] ?? 0)]
  if (hour > 23 || minute > 59 || second > 60 || hours > 23 || minutes > 59) return Number.NaN
  const midnight = new Date(`${fields['date']}T00:00:00Z`)
  // Date.parse accepts 31 February as 3 March.
  if (midnight.getUTCDate() !== Number(fields['day']) || midnight.getUTCMonth() + 1 !== Number(fields['month']))
    return Number.NaN
  const offset = (hours * 60 + minutes) * (fields['sign'] === '-' ? -1 : 1)
  const wholeSecond = midnight.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1000
  if (second === 60 && !isLeapSecondEnd(new Date(wholeSecond))) return Number.NaN
  return wholeSecond + Math.trunc(Number(fields['fraction'] ?? 0) * 1000)
}

/** Leap seconds are inserted at the end of a month, in UTC. */
function isLeapSecondEnd(next: Date): boolean {
  return next.getUTCDate() === 1 && next.getUTCHours() === 0 && next.getUTCMinutes() === 0 && next.getUTCSeconds() === 0
}
