import { z } from 'zod'
import type { VerificationConfiguration } from '../../../identity/biometrics/verification-configurations.ts'
import { type Route, route } from '../../../http/index.ts'
import type { IdentityServices } from '../../../identity/services.ts'
import { isCancelled } from '../../sessions/cancel-session.ts'
import { hasConsented } from '../../sessions/consent.ts'
import { assertSameBrowser, getSessionConfiguration } from '../../sessions/start-session.ts'
import { type FirstFactor, listFactors } from '../../sessions/factors.ts'
import { getActiveSession, openSessionDetails, type SessionRow } from '../../sessions/session.ts'
import { parseBrowserSecret } from '../callers/browser-cookie.ts'
import type { SessionRoutesContext } from '../context.ts'
import { allowedUrl, parseCountdownSeconds } from './page-options.ts'
import { type PrivacyNotice, resolveRelyingParty } from './relying-party.ts'

const settingsBody = z.object({
  sessionId: z.string(),
  step: z.enum(['face', 'pin', 'succeeded', 'failed', 'cancelled']).describe('Where the session is'),
  purpose: z.enum(['authenticate', 'enroll']),
  factors: z.array(z.enum(['face', 'passkey'])).describe('What the page offers to begin with'),
  selfieCaptureMode: z.enum(['auto', 'manual']),
  liveness: z.enum(['none', 'challenge', 'other']).describe('The kind of liveness check that the page must run'),
  countdownSeconds: z.int(),
  pinInsteadOfFace: z
    .boolean()
    .describe('True if the PIN may be tried in place of a face; the device may have to be trusted'),
  returnUrl: z.string().optional(),
  otherWayUrl: z.string().optional().describe('Where the relying party offers another way to sign in'),
  relyingParty: z.object({ name: z.string().optional(), logo: z.string().optional() }),
  privacyNotice: z
    .object({ url: z.string(), version: z.string(), consentRequired: z.boolean() })
    .optional()
    .describe('`consentRequired`: the consent to this version must be given before a face is taken'),
})

/** The settings of the page for a session. For a session that a browser has started, that browser only. */
export function pageSettingsRoute({ authentication, sessionContext, options }: SessionRoutesContext): Route {
  return route({
    id: 'authenticationPageSettings',
    method: 'GET',
    path: '/v2/authentication/settings',
    summary: 'The step and the page settings of a session, without any information about its user',
    guard: authentication.guards.public,
    limits: [{ by: 'ip', limit: 600, windowSeconds: 60 }],
    query: z.object({ session: z.string().min(1).max(36) }),
    replies: {
      200: { description: 'The settings', schema: settingsBody },
      403: { description: 'Another browser has started the session' },
      404: { description: 'The session does not exist' },
      410: { description: 'The session has expired' },
    },
    handler: async ({ query }, context) => {
      const { services, faces } = sessionContext
      const session = await getActiveSession(services, context.caller.tenant, query.session)
      assertSameBrowser(session, parseBrowserSecret(session.id, authentication.options.publicUrl, context))
      const configuration = await getSessionConfiguration(services, session)
      const { metadata = {} } = await openSessionDetails(services, session)
      const page = options.page ?? {}
      const returnUrl = allowedUrl(metadata, 'returnUrl', page)
      const otherWayUrl = allowedUrl(metadata, 'otherWayUrl', page)
      const { name, logo, privacyNotice } = await resolveRelyingParty(page, session)
      const body: z.output<typeof settingsBody> = {
        sessionId: session.id,
        step: toPageStep(services, session, configuration),
        purpose: session.purpose === 'enroll' ? 'enroll' : 'authenticate',
        factors: listOfferedFactors(services, session, configuration),
        selfieCaptureMode: configuration.selfieCaptureMode,
        liveness: toPageLiveness(configuration, faces.verifier?.capabilities.liveness),
        countdownSeconds: parseCountdownSeconds(page),
        pinInsteadOfFace:
          configuration.pinInsteadOfFace !== 'never' && session.userId !== null && session.purpose !== 'enroll',
        ...(returnUrl !== undefined && { returnUrl }),
        ...(otherWayUrl !== undefined && { otherWayUrl }),
        relyingParty: { ...(name !== undefined && { name }), ...(logo !== undefined && { logo }) },
        ...(privacyNotice !== undefined && {
          privacyNotice: {
            url: privacyNotice.url,
            version: privacyNotice.version,
            consentRequired: await isConsentMissing(
              { authentication, sessionContext, options },
              session,
              privacyNotice,
            ),
          },
        }),
      }
      return { status: 200, body }
    },
  })
}

/** Returns true if a session needs a consent to a privacy notice that its user has not given. */
export async function isConsentMissing(
  { sessionContext }: SessionRoutesContext,
  session: SessionRow,
  { consent = false, version }: PrivacyNotice,
): Promise<boolean> {
  return consent && session.state === 'started' && !(await hasConsented(sessionContext.services, session, version))
}

/** Lists the factors that can still lead on, as far as the host has what they need. */
function listOfferedFactors(
  { sessionFactors }: IdentityServices,
  session: SessionRow,
  configuration: VerificationConfiguration,
): FirstFactor[] {
  // Liveness checks that were started and abandoned count as attempts: none may be left for a face.
  const canOffer = {
    face: session.faceAttempts < configuration.maxAttempts,
    passkey: sessionFactors?.has('passkey') === true,
  }
  return listFactors(session, configuration).filter((factor) => canOffer[factor])
}

function toPageStep(
  services: IdentityServices,
  session: SessionRow,
  configuration: VerificationConfiguration,
): z.output<typeof settingsBody>['step'] {
  const { state } = session
  if (state === 'succeeded') return 'succeeded'
  if (state === 'failed') return isCancelled(session) ? 'cancelled' : 'failed'
  if (state === 'face_verified') return 'pin'
  return listOfferedFactors(services, session, configuration).length === 0 ? 'failed' : 'face'
}

/** Returns the kind of liveness check that the page must run. A vendor session needs the vendor's own page. */
function toPageLiveness(
  { liveness }: VerificationConfiguration,
  capability: 'none' | 'challenge' | 'session' | undefined,
): 'none' | 'challenge' | 'other' {
  if (liveness === 'none') return 'none'
  return capability === 'challenge' ? 'challenge' : 'other'
}
