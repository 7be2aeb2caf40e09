import type { Envelope } from '../../envelope/index.ts'
import { BillfoldError, isBillfoldError } from '../../errors.ts'
import type { Services } from '../../services.ts'
import type { Token } from '../../tokens/index.ts'

/** The `typ` of step tokens, which authorize the next step of a session. */
const stepTokenType = 'authentication-step+jwt'

/** The input of a step token. */
export interface StepToken {
  readonly tenant: string
  /** The user of the session. */
  readonly userId: string
  readonly sessionId: string
  /** Thumbprint of the device of the previous step; empty if there was none. */
  readonly deviceId: string
  /** The `callerKey` of the secure channel that the token is issued to. Other keys cannot use it. */
  readonly caller: string
  /** The lifetime in seconds. */
  readonly seconds: number
}

/** Issues the bearer token (JWT) for the next step of a session. The subject is `userId`; the claims are `session`, `device` and `key`. */
export function issueStepToken(services: Services, input: StepToken): Promise<string> {
  return services.tokens.issue({
    type: stepTokenType,
    audience: 'authentication',
    tenant: input.tenant,
    subject: input.userId,
    seconds: input.seconds,
    claims: { session: input.sessionId, device: input.deviceId, key: input.caller },
  })
}

/**
 * Verifies the bearer token of an `authorization` header, plain or encrypted. It must belong to this tenant and to the caller's key.
 * @throws BillfoldError `caller.unauthenticated`, `channel.invalid`
 */
export async function verifyStepToken(
  services: Services,
  tenant: string,
  channel: Envelope,
  header: string,
): Promise<Token> {
  const presented = withoutScheme(header)
  const text = isJwt(presented) ? presented : withoutScheme(Buffer.from(channel.open(presented)).toString('utf8'))
  const token = await verifyToken(services, tenant, text)
  if (token.claims['key'] !== channel.caller) throw new BillfoldError('caller.unauthenticated')
  return token
}

async function verifyToken(services: Services, tenant: string, text: string): Promise<Token> {
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
