import { BillfoldError } from '../kernel/errors.ts'
import { requestLimits } from './request-limits.ts'

const { maxJsonValues } = requestLimits

/** Escaped quotes that are skipped in all strings together. JSON that holds JSON as text has some for each value. */
const maxEscapedQuotes = 10 * maxJsonValues

const [comma, quote, backslash] = [44, 34, 92]

/**
 * Parses JSON that somebody else has sent. The number of values is limited before the text is parsed: megabytes of empty
 * arrays take seconds to parse and to walk, and the thread serves nobody else meanwhile.
 * @throws BillfoldError `body.malformed`, without a cause, because the message of JSON.parse quotes the text
 */
export function parseJson(text: string): unknown {
  if (text.length > maxJsonValues && hasTooManyValues(text)) throw tooManyValues()
  try {
    return JSON.parse(text)
  } catch {
    throw new BillfoldError('body.malformed')
  }
}

/** The error for JSON of more values than the limit. */
function tooManyValues(): BillfoldError {
  return new BillfoldError('body.malformed', {
    message: `JSON must contain at most ${maxJsonValues.toLocaleString('en')} values`,
  })
}

/**
 * Returns true if JSON contains more values than the limit: each value but the first follows a comma or an opening bracket. An empty
 * array or object with a space inside counts as two.
 */
function hasTooManyValues(text: string): boolean {
  let values = 1
  let escapedQuotes = 0
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === comma || (isOpening(character) && !isClosing(text.charCodeAt(at + 1)))) values++
    // `indexOf` is many times faster than this loop, and an image is one long string.
    else if (character === quote) {
      at = text.indexOf('"', at + 1)
      while (at !== -1 && isEscaped(text, at) && ++escapedQuotes <= maxEscapedQuotes) at = text.indexOf('"', at + 1)
      if (at === -1) return false
    }
    if (values > maxJsonValues || escapedQuotes > maxEscapedQuotes) return true
  }
  return false
}

function isOpening(character: number): boolean {
  return character === 91 || character === 123
}

function isClosing(character: number): boolean {
  return character === 93 || character === 125
}

/** Returns true if an odd number of backslashes precedes the quote. */
function isEscaped(text: string, quoteAt: number): boolean {
  let first = quoteAt
  while (text.charCodeAt(first - 1) === backslash) first--
  return (quoteAt - first) % 2 === 1
}
