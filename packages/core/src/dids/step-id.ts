import { BillfoldError } from '../errors.ts'
import { didLimits } from './limits.ts'

/** @throws BillfoldError `input.invalid` for an id of a step that cannot be kept as it is */
export function checkStepId(stepId: string): void {
  if (stepId.length < 1 || stepId.length > didLimits.stepIdCharacters || !/^[!-~]+$/.test(stepId))
    throw new BillfoldError('input.invalid', {
      issues: [{ path: 'stepId', message: 'is not 1 to 64 ASCII characters' }],
    })
}
