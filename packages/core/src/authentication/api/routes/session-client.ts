import type { RequestContext } from '../../../http/index.ts'
import type { SessionClient } from '../../sessions/start-session.ts'
import { requireChannel } from '../callers/authentication-caller.ts'
import { parseBrowserSecret } from '../callers/browser-cookie.ts'
import type { SessionRoutesContext } from '../context.ts'
import type { SecureChannelRequest } from '../secure-channel/secure-channel-codec.ts'

/** Returns the caller as the client of a session. */
export function toSessionClient(
  { authentication }: SessionRoutesContext,
  context: RequestContext,
  { caller }: SecureChannelRequest,
  sessionId: string,
): SessionClient & { readonly sessionId: string } {
  return {
    sessionId,
    callerKey: requireChannel(caller).callerKey,
    browserSecret: parseBrowserSecret(sessionId, authentication.options.publicUrl, context),
  }
}
