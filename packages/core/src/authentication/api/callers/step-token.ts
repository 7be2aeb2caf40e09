import type { IdentityServices } from '../../../identity/services.ts'
import type { SecureChannel } from '../../../platform/secure-channel/index.ts'
import { BillfoldError, isBillfoldError } from '../../../kernel/errors.ts'
import type { VerifiedToken } from '../../../platform/tokens/index.ts'

/** The `typ` of step tokens, which authorize the next step of a session. */
const stepTokenType = 'authentication-step+jwt'

/** The input of a step token. */
export interface StepTokenInput {
  readonly tenant: string
  /** The user of the session. */
  readonly userId: string
  readonly sessionId: string
  /** Thumbprint of the device of the previous step; empty if there was none. */
  readonly deviceId: string
  /** The `callerKey` of the secure channel that the token is issued to. Other keys cannot use it. */
  readonly callerKey: string
  /** The lifetime in seconds. */
  readonly ttlSeconds: number
}

/** Issues the bearer token (JWT) for the next step of a session. The subject is `userId`; the claims are `session`, `device` and `key`. */
export function issueStepToken(services: IdentityServices, input: StepTokenInput): Promise<string> {
  return services.tokens.issue({
    type: stepTokenType,
    audience: 'authentication',
    tenant: input.tenant,
    subject: input.userId,
    lifetimeSeconds: input.ttlSeconds,
    claims: { session: input.sessionId, device: input.deviceId, key: input.callerKey },
  })
}

/**
 * Verifies the bearer token of an `authorization` header, plain or encrypted. It must belong to this tenant and to the caller's key.
 * @throws BillfoldError `caller.unauthenticated`, `channel.invalid`
 */
export async function verifyStepToken(
  services: IdentityServices,
  tenant: string,
  channel: SecureChannel,
  header: string,
): Promise<VerifiedToken> {
  const presented = withoutScheme(header)
  const text = isJwt(presented) ? presented : withoutScheme(Buffer.from(channel.decrypt(presented)).toString('utf8'))
  const token = await verifyToken(services, tenant, text)
  if (token.claims['key'] !== channel.callerKey) throw new BillfoldError('caller.unauthenticated')
  return token
}

async function verifyToken(services: IdentityServices, tenant: string, text: string): Promise<VerifiedToken> {
  try {
    return await services.tokens.verify(text, { type: stepTokenType, audience: 'authentication', tenant })
  } catch (error) {
    if (isBillfoldError(error, 'token.invalid') || isBillfoldError(error, 'token.expired'))
      throw new BillfoldError('caller.unauthenticated', { cause: error })
    throw error
  }
}

function withoutScheme(header: string): string {
  return /^bearer /i.test(header) ? header.slice(7).trim() : header
}

/** Distinguishes a JWT from base64, which contains no dots. */
function isJwt(text: string): boolean {
  return text.includes('.')
}
