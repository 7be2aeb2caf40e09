import { BillfoldError, type Issue } from '../../kernel/errors.ts'
import { isAddress } from './address.ts'
import { didLimits } from './limits.ts'
import { encodeBytes32String } from './bytes32-string.ts'
import type { Address, RegistryChange } from './registry.ts'

/**
 * Checks that a change can be represented exactly in a registry.
 *
 * @throws BillfoldError `input.invalid` with one issue per invalid field
 */
export function assertValidChange(identity: Address, change: RegistryChange): void {
  const issues = [...(isAddress(identity) ? [] : [wrong('identity', notAnAddress)]), ...changeIssues(change)]
  if (issues.length > 0) throw new BillfoldError('input.invalid', { issues })
}

const notAnAddress = 'must be an address in lower case'

function changeIssues(change: RegistryChange): readonly Issue[] {
  switch (change.kind) {
    case 'owner':
      return isAddress(change.newOwner) ? [] : [wrong('newOwner', notAnAddress)]
    case 'attribute':
      return [...nameIssues('name', change.name), ...valueIssues(change.value), ...validityIssues(change.validity)]
    case 'revoke-attribute':
      return [...nameIssues('name', change.name), ...valueIssues(change.value)]
    case 'delegate':
      return [...delegateIssues(change), ...validityIssues(change.validity)]
    case 'revoke-delegate':
      return delegateIssues(change)
  }
}

function delegateIssues(change: { readonly delegateType: string; readonly delegate: Address }): readonly Issue[] {
  const { delegate, delegateType } = change
  return [
    ...nameIssues('delegateType', delegateType),
    ...(isAddress(delegate) ? [] : [wrong('delegate', notAnAddress)]),
  ]
}

function nameIssues(path: string, name: string): readonly Issue[] {
  return encodeBytes32String(name) === undefined
    ? [wrong(path, `must be 1 to ${didLimits.maxNameBytes} bytes of text`)]
    : []
}

function valueIssues(value: Uint8Array): readonly Issue[] {
  return value.length > didLimits.maxValueBytes
    ? [wrong('value', `must not exceed ${didLimits.maxValueBytes} bytes`)]
    : []
}

function validityIssues(validity: number): readonly Issue[] {
  const isValid = Number.isSafeInteger(validity) && validity >= 0 && validity <= didLimits.maxValiditySeconds
  return isValid
    ? []
    : [wrong('validity', `must be a whole number of seconds from 0 to ${didLimits.maxValiditySeconds}`)]
}

function wrong(path: string, message: string): Issue {
  return { path, message }
}
