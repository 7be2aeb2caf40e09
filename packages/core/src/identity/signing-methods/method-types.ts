import { countUnpredictable, estimateCodeEntropy } from './code-strength.ts'
import { randomCode } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { isOpaqueString, mapOpaqueString } from '../../kernel/precis.ts'

/** Rule of a type of signing method: accepted values and, where supported, a generator. */
export interface MethodRule {
  /** `PIN`, `EMERGENCY_CODE`, `BIOMETRIC`, `PASSWORD`, or the type of a kind that a module brings. */
  readonly type: string
  /** Number of methods of the type per owner. */
  readonly cardinality: 'one' | 'many'
  readonly accepts: (value: string) => boolean
  readonly generate: (() => string) | undefined
}

/** Options for signing methods. */
export interface SigningMethodOptions {
  /** Pattern of valid PINs. Default: 4 to 8 digits. */
  readonly pinPattern?: RegExp
  /** Rejects PINs of one repeated digit or of consecutive digits, such as 000000 and 123456. Default: false. */
  readonly rejectTrivialPins?: boolean
}

const lowercaseBase36 = '0123456789abcdefghijklmnopqrstuvwxyz'

/** Returns the rules by type. A generated emergency code has 25 base-36 characters, which is 129 bits of entropy. */
export function methodRules(settings: SigningMethodOptions = {}): ReadonlyMap<string, MethodRule> {
  const pinPattern = settings.pinPattern ?? /^[0-9]{4,8}$/
  const rules: readonly MethodRule[] = [
    {
      type: 'PIN',
      cardinality: 'one',
      accepts: (value) => pinPattern.test(value) && !(settings.rejectTrivialPins === true && isTrivial(value)),
      generate: undefined,
    },
    {
      type: 'EMERGENCY_CODE',
      cardinality: 'one',
      accepts: isEmergencyCode,
      generate: () => randomCode(25, lowercaseBase36),
    },
    // A secret that the user's device releases after its own biometric check.
    { type: 'BIOMETRIC', cardinality: 'many', accepts: (value) => /^[!-~]{16,512}$/.test(value), generate: undefined },
    { type: 'PASSWORD', cardinality: 'many', accepts: isPassword, generate: undefined },
  ]
  return new Map(rules.map((rule) => [rule.type, rule]))
}

/**
 * Returns the value for a new method: the given one, or a generated one if the type supports it and none is given.
 * @throws BillfoldError `signing-method.invalid-value`
 */
export function resolveMethodValue(
  rule: MethodRule,
  presented: string | undefined,
): { value: string; generated: boolean } {
  if (presented === undefined || (presented === '' && rule.generate !== undefined)) {
    if (rule.generate === undefined) throw new BillfoldError('signing-method.invalid-value')
    return { value: rule.generate(), generated: true }
  }
  if (!rule.accepts(presented) || !isHeaderText(presented)) throw new BillfoldError('signing-method.invalid-value')
  return { value: presented, generated: false }
}

/** The entropy that a code must have, in bits, since it opens everything without any limit of time. */
const minCodeEntropy = 128

/** The generated form has 129 bits. Of a random one, a few characters look predictable. */
const generatedForm = /^[0-9a-z]{25}$/
const minUnpredictable = 18

/** At least 128 bits by estimate, or the form that is generated. */
function isEmergencyCode(value: string): boolean {
  if (!/^[A-Za-z0-9-]{20,128}$/.test(value)) return false
  if (generatedForm.test(value)) return countUnpredictable(value) >= minUnpredictable
  return estimateCodeEntropy(value) >= minCodeEntropy
}

/** 8 to 128 characters (NIST SP 800-63B section 5.1.1.2) of those that every keyboard writes alike (RFC 8265 section 4). */
function isPassword(value: string): boolean {
  const characters = [...mapOpaqueString(value)].length
  return characters >= 8 && characters <= 128 && isOpaqueString(value)
}

/** The value is the end of the header `Signing-Method`, which loses spaces at its end and has no controls (RFC 9110 section 5.5). */
function isHeaderText(value: string): boolean {
  return !/[\p{Cc}]|\s$/u.test(value)
}

/** True for one repeated digit and for digits that count up or down by one. */
function isTrivial(pin: string): boolean {
  const steps = new Set([...pin].slice(1).map((digit, index) => digit.charCodeAt(0) - pin.charCodeAt(index)))
  return steps.size === 1 && [0, 1, -1].includes([...steps][0] ?? 2)
}
