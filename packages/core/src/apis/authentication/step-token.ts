import type { Envelope } from '../../envelope/index.ts'
import { BillfoldError, isBillfoldError } from '../../errors.ts'
import type { Services } from '../../services.ts'
import type { Token } from '../../tokens/index.ts'

/** The `typ` of the tokens that stand for a session whose next step is due. */
const stepTokenType = 'authentication-step+jwt'

/** What a token for the next step of a session is bound to. */
export interface StepToken {
  readonly tenant: string
  /** Whom the session is about. */
  readonly userId: string
  readonly sessionId: string
  /** The device that took the step before. */
  readonly deviceId: string
  /** `caller` of the envelope that the token is given to: it is good for that public key alone. */
  readonly caller: string
  /** How long it lives. */
  readonly seconds: number
}

/** Issues the bearer token of a session's next step: `userId` is its subject, `session`, `device` and `key` are its claims. */
export function issueStepToken(services: Services, token: StepToken): Promise<string> {
  return services.tokens.issue({
    type: stepTokenType,
    audience: 'authentication',
    tenant: token.tenant,
    subject: token.userId,
    seconds: token.seconds,
    claims: { session: token.sessionId, device: token.deviceId, key: token.caller },
  })
}

/**
 * The bearer token of an `authorization` header, as it is or encrypted: of this tenant, and given to the public key that it comes with.
 * @throws BillfoldError `caller.unauthenticated`, `envelope.invalid`
 */
export async function verifyStepToken(
  services: Services,
  tenant: string,
  envelope: Envelope,
  header: string,
): Promise<Token> {
  const brought = withoutScheme(header)
  const text = isJwt(brought) ? brought : withoutScheme(Buffer.from(envelope.open(brought)).toString('utf8'))
  const token = await verified(services, tenant, text)
  if (token.claims['key'] !== envelope.caller) throw new BillfoldError('caller.unauthenticated')
  return token
}

async function verified(services: Services, tenant: string, text: string): Promise<Token> {
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

/** Base64 has no dots. */
function isJwt(text: string): boolean {
  return text.includes('.')
}
