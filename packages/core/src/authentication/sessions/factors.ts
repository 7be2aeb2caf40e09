import type { VerificationConfiguration } from '../../identity/biometrics/verification-configurations.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { SessionRow } from './session.ts'

/** A way to begin a session: the first factor, or both at once. */
export type FirstFactor = VerificationConfiguration['factors'][number]

/** Lists what a session may begin with, by its configuration. An enrolment is of a face. */
export function listFactors(
  { purpose }: Pick<SessionRow, 'purpose'>,
  { factors }: Pick<VerificationConfiguration, 'factors'>,
): readonly FirstFactor[] {
  return purpose === 'enroll' ? ['face'] : factors
}

/** Requires that a session may begin with a factor. @throws BillfoldError `session.factor-not-offered` */
export function assertFactorOffered(
  session: Pick<SessionRow, 'purpose'>,
  configuration: Pick<VerificationConfiguration, 'factors'>,
  factor: FirstFactor,
): void {
  if (!listFactors(session, configuration).includes(factor)) throw new BillfoldError('session.factor-not-offered')
}
