import { isBillfoldError } from '@billfold/core'
import type { Actor, FactorSession, Services, SessionFactor } from '@billfold/core/modules'
import { prepareSessionSignIn, startSessionSignIn } from './authentication.ts'
import type { PasskeyContext } from './context.ts'
import type { PasskeySettings } from './options.ts'

/** The factor `passkey` of authentication sessions. */
export function passkeySessionFactor(settings: PasskeySettings): SessionFactor {
  const contextOf = (services: Services, { id, source }: Actor, { tenant }: FactorSession): PasskeyContext => {
    return { services, settings, actor: { tenant, id, ...(source !== undefined && { source }) } }
  }
  return {
    name: 'passkey',
    start: (services, actor, session) => startSessionSignIn(contextOf(services, actor, session), session),
    verify: async (services, actor, session, response) => {
      try {
        const { signIn, writes } = await prepareSessionSignIn(contextOf(services, actor, session), session, response)
        const { userId, userVerified, amr } = signIn
        return { userId, userVerified, amr, writes }
      } catch (error) {
        const refused = toRefusal(error)
        if (refused === undefined) throw error
        return { refused }
      }
    },
  }
}

/** The reason why a passkey is refused: its error code without the subject. */
function toRefusal(error: unknown): string | undefined {
  if (!isBillfoldError(error)) return undefined
  // Of an archived user; not `unknown`, with which a page tells the browser to forget the passkey.
  if (error.code === 'user.not-found') return 'user-archived'
  return error.code.startsWith('passkey.') ? error.code.slice('passkey.'.length) : undefined
}
