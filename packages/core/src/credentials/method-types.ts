import { randomCode } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'

/** The types of signing method that a user can have. */
export type MethodType = 'PIN' | 'EMERGENCY_CODE' | 'BIOMETRIC' | 'PASSWORD'

/** What a type of signing method takes for a value, and whether the library can make one up. */
export interface MethodRule {
  readonly type: MethodType
  /** How many of the type an owner can have. */
  readonly most: 'one' | 'many'
  readonly accepts: (value: string) => boolean
  readonly generate: (() => string) | undefined
}

/** What hosts can decide about signing methods. */
export interface MethodSettings {
  /** What a PIN looks like; 4 to 8 digits by default. */
  readonly pinPattern?: RegExp
  /** Refuse PINs of one digit repeated or of digits in a row, such as 000000 and 123456. */
  readonly refuseTrivialPins?: boolean
}

const lowercaseBase36 = '0123456789abcdefghijklmnopqrstuvwxyz'

/** The rules by type. A generated emergency code has 25 base-36 characters: 129 bits. */
export function methodRules(settings: MethodSettings = {}): ReadonlyMap<string, MethodRule> {
  const pinPattern = settings.pinPattern ?? /^[0-9]{4,8}$/
  const rules: readonly MethodRule[] = [
    {
      type: 'PIN',
      most: 'one',
      accepts: (value) => pinPattern.test(value) && !(settings.refuseTrivialPins === true && isTrivial(value)),
      generate: undefined,
    },
    {
      type: 'EMERGENCY_CODE',
      most: 'one',
      accepts: (value) => /^[A-Za-z0-9-]{20,128}$/.test(value),
      generate: () => randomCode(25, lowercaseBase36),
    },
    // A secret that the user's device keeps, and gives out once the user's face or finger has convinced it.
    { type: 'BIOMETRIC', most: 'many', accepts: (value) => /^[!-~]{16,512}$/.test(value), generate: undefined },
    { type: 'PASSWORD', most: 'many', accepts: isPassword, generate: undefined },
  ]
  return new Map(rules.map((rule) => [rule.type, rule]))
}

/**
 * The value to use for a new method of this type: the one given, or one made up.
 * @throws BillfoldError `signing-method.value-invalid`
 */
export function methodValue(rule: MethodRule, given: string | undefined): { value: string; generated: boolean } {
  if (given === undefined || (given === '' && rule.generate !== undefined)) {
    if (rule.generate === undefined) throw new BillfoldError('signing-method.value-invalid')
    return { value: rule.generate(), generated: true }
  }
  if (!rule.accepts(given)) throw new BillfoldError('signing-method.value-invalid')
  return { value: given, generated: false }
}

/** 8 to 128 characters, whichever they are (NIST SP 800-63B section 5.1.1.2). */
function isPassword(value: string): boolean {
  const characters = [...value.normalize('NFKC')].length
  return characters >= 8 && characters <= 128
}

/** One digit over and over, or digits that count up or down by one. */
function isTrivial(pin: string): boolean {
  const steps = new Set([...pin].slice(1).map((digit, index) => digit.charCodeAt(0) - pin.charCodeAt(index)))
  return steps.size === 1 && [0, 1, -1].includes([...steps][0] ?? 2)
}
