/** The maximum characters of a contract's own text in an error message. */
const maxTextLength = 200

/** Selectors of the errors that the compiler generates (Solidity documentation, "Panic via assert and Error via require"). */
const selectors = { error: '08c379a0', panic: '4e487b71' } as const

const panics: Readonly<Record<number, string>> = {
  0x01: 'an assertion failed',
  0x11: 'arithmetic overflow',
  0x12: 'division by zero',
  0x21: 'invalid enumeration value',
  0x22: 'invalid storage encoding',
  0x31: 'pop of an empty array',
  0x32: 'index out of bounds',
  0x41: 'too much memory',
  0x51: 'call of an uninitialized function',
}

/**
 * Describes the data of a revert: the text of `require` or `revert`, a panic by its code, or a custom error by its selector,
 * whose name only the contract's ABI contains. Undefined without data. The text is the contract's own: it is shortened and
 * stripped of control characters.
 *
 * @param data what the call returned: hex with `0x`
 */
export function formatRevertReason(data: string): string | undefined {
  if (!/^0x([0-9a-fA-F]{2})*$/.test(data) || data.length < 10) return undefined
  const bytes = Buffer.from(data.slice(2), 'hex')
  const selector = bytes.subarray(0, 4).toString('hex')
  const body = bytes.subarray(4)
  if (selector === selectors.error) return formatText(body)
  if (selector === selectors.panic && body.length === 32) {
    const code = Number(BigInt(`0x${body.toString('hex')}`))
    return `panic 0x${code.toString(16).padStart(2, '0')}${panics[code] === undefined ? '' : ` (${panics[code]})`}`
  }
  return `custom error 0x${selector}`
}

/** Decodes the one argument of `Error(string)`: offset, length, text. */
function formatText(body: Buffer): string | undefined {
  if (body.length < 64) return undefined
  const length = BigInt(`0x${body.subarray(32, 64).toString('hex')}`)
  if (length > BigInt(body.length - 64)) return undefined
  const text = body.subarray(64, 64 + Number(length)).toString('utf8')
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').slice(0, maxTextLength)
}
