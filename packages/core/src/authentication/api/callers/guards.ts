import type { IdentityServices } from '../../../identity/services.ts'
import type { SecureChannel, SystemChannels } from '../../../platform/secure-channel/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { Guard, IncomingRequest } from '../../../http/index.ts'
import { authenticateLicence, type Licence } from '../../../identity/licences/licences.ts'
import { authenticateServiceKey } from '../../../identity/service-keys/service-keys.ts'
import { type AuthenticationCaller, requireChannel, type RequestIdClaims } from './authentication-caller.ts'
import { securitySchemes } from './security-schemes.ts'
import { decryptRequestId } from './request-id-header.ts'
import { verifyStepToken } from './step-token.ts'

/**
 * The service key scopes of this API. The scope `authentication` includes all of them, `*` every scope of every API. No scope replaces
 * a system licence.
 */
export type AuthenticationScope =
  | 'authentication:device-info'
  | 'authentication:liveid'
  | 'authentication:enrollment'
  | 'authentication:identify'
  | 'authentication:sessions'

/** The guards of this API. Each authenticates an {@link AuthenticationCaller}. */
export interface AuthenticationGuards {
  /** No authentication. */
  readonly public: Guard
  /** `publickey`, and `requestid` unless disabled. The caller is anonymous and identified by the key. */
  readonly client: (options?: { readonly requestId: boolean }) => Guard
  /** `publickey`, `licensekey` and `requestid`, or a service key with this scope. */
  readonly licence: (scope: AuthenticationScope) => Guard
  /** `publickey`, `licensekey` and `requestid`. The caller carries the value of its licence. */
  readonly licenceOnly: Guard
  /** `publickey`, `licensekey` and `requestid`, with a licence of level `system`. */
  readonly systemLicence: Guard
  /** `authorization`, `publickey` and `requestid`, with a token of `issueStepToken` for that key. */
  readonly bearer: Guard
  /** `keyId` and `keySecret`; optionally `license`, `publickey` and `requestid`. */
  readonly serviceKey: (scope: AuthenticationScope) => Guard
}

/** The dependencies of the guards. */
export interface GuardDependencies {
  readonly services: IdentityServices
  readonly channels: SystemChannels
  readonly resolveTenant: (request: IncomingRequest) => string
  /** The maximum difference between the time in a request id and the server's clock, in seconds. */
  readonly allowedTimeSpan: number
}

type Authenticate = (request: IncomingRequest, tenant: string) => Promise<AuthenticationCaller>

const noScopes: ReadonlySet<string> = new Set()

/** Creates the guards. */
export function createAuthenticationGuards(dependencies: GuardDependencies): AuthenticationGuards {
  const guard = (name: string, security: Guard['security'], authenticate: Authenticate): Guard => ({
    name,
    security,
    schemes: Object.fromEntries(security.flatMap(Object.keys).map((scheme) => [scheme, securitySchemes[scheme] ?? {}])),
    admit: (request) => authenticate(request, dependencies.resolveTenant(request)),
  })
  const byServiceKey = (scope: AuthenticationScope): Authenticate => {
    return (request, tenant) => authenticateService(dependencies, request, tenant, scope)
  }
  const byLicence: Authenticate = (request, tenant) => authenticateByLicence(dependencies, request, tenant)
  const encrypted = { publicKey: [], requestId: [] }
  return {
    public: guard('public', [], anonymousCaller),
    client: ({ requestId } = { requestId: true }) =>
      guard(requestId ? 'client' : 'public key', [requestId ? encrypted : { publicKey: [] }], (request, tenant) =>
        authenticateClient(dependencies, request, tenant, requestId),
      ),
    licence: (scope) =>
      guard(
        `licence or service key with scope ${scope}`,
        [
          { ...encrypted, licence: [] },
          { serviceKeyId: [], serviceKeySecret: [] },
        ],
        (request, tenant) => (hasHeader(request, 'licensekey') ? byLicence : byServiceKey(scope))(request, tenant),
      ),
    licenceOnly: guard('licence', [{ ...encrypted, licence: [] }], async (request, tenant) => {
      const caller = await byLicence(request, tenant)
      return { ...caller, presentedLicence: decryptLicence(request, requireChannel(caller)) }
    }),
    systemLicence: guard('system licence', [{ ...encrypted, licence: [] }], async (request, tenant) => {
      const caller = await byLicence(request, tenant)
      if (caller.licence?.authLevel !== 'system') throw new BillfoldError('caller.forbidden')
      return caller
    }),
    bearer: guard('step token', [{ ...encrypted, stepToken: [] }], (request, tenant) =>
      authenticateBearer(dependencies, request, tenant),
    ),
    serviceKey: (scope) =>
      guard(`service key with scope ${scope}`, [{ serviceKeyId: [], serviceKeySecret: [] }], byServiceKey(scope)),
  }
}

function anonymousCaller(_: IncomingRequest, tenant: string): Promise<AuthenticationCaller> {
  const caller = { kind: 'anonymous', tenant, id: 'anonymous', scopes: noScopes } as const
  return Promise.resolve({ ...caller, channel: undefined, requestId: undefined, licence: undefined, token: undefined })
}

async function authenticateClient(
  dependencies: GuardDependencies,
  request: IncomingRequest,
  tenant: string,
  withRequestId: boolean,
) {
  const channel = await presentedChannel(dependencies, request, tenant)
  const requestId = withRequestId ? requireRequestId(dependencies, request, channel) : undefined
  const caller = { kind: 'anonymous', tenant, id: `key ${channel.callerKey}`, scopes: noScopes } as const
  return { ...caller, channel, requestId, licence: undefined, token: undefined }
}

function decryptLicence(request: IncomingRequest, channel: SecureChannel): string {
  return Buffer.from(channel.decrypt(requireHeader(request, 'licensekey'))).toString('utf8')
}

async function authenticateByLicence(dependencies: GuardDependencies, request: IncomingRequest, tenant: string) {
  const channel = await presentedChannel(dependencies, request, tenant)
  const requestId = requireRequestId(dependencies, request, channel)
  const text = decryptLicence(request, channel)
  const licence = await authenticateLicence(dependencies.services, tenant, text)
  const caller = { kind: 'licence', tenant, id: licence.id, scopes: noScopes } as const
  return { ...caller, channel, requestId, licence, token: undefined }
}

async function authenticateBearer(dependencies: GuardDependencies, request: IncomingRequest, tenant: string) {
  const channel = await presentedChannel(dependencies, request, tenant)
  const requestId = requireRequestId(dependencies, request, channel)
  const header = requireHeader(request, 'authorization')
  const token = await verifyStepToken(dependencies.services, tenant, channel, header)
  const caller = { kind: 'user', tenant, id: token.subject, scopes: noScopes } as const
  return { ...caller, channel, requestId, licence: undefined, token }
}

async function authenticateService(
  dependencies: GuardDependencies,
  request: IncomingRequest,
  tenant: string,
  scope: AuthenticationScope,
): Promise<AuthenticationCaller> {
  const { services } = dependencies
  const [keyId, keySecret] = [requireHeader(request, 'keyid'), requireHeader(request, 'keysecret')]
  if (keyId.length > 36) throw new BillfoldError('caller.unauthenticated')
  const key = await authenticateServiceKey(services, keyId, keySecret)
  if (key.tenant !== tenant) throw new BillfoldError('caller.unauthenticated')
  const scopes = new Set(key.scopes.split(' '))
  if (![scope, 'authentication', '*'].some((sufficient) => scopes.has(sufficient)))
    throw new BillfoldError('caller.forbidden')
  const channel = hasHeader(request, 'publickey') ? await presentedChannel(dependencies, request, tenant) : undefined
  const hasRequestId = channel !== undefined && hasHeader(request, 'requestid')
  const requestId = hasRequestId ? requireRequestId(dependencies, request, channel) : undefined
  const licence = await presentedLicence(dependencies, request, tenant)
  const caller = { kind: 'service', tenant, id: key.id, scopes } as const
  return { ...caller, channel: channel, requestId: requestId, licence, token: undefined }
}

/** Authenticates the plain `license` header that may accompany a service key. An invalid one is rejected. */
async function presentedLicence(
  dependencies: GuardDependencies,
  request: IncomingRequest,
  tenant: string,
): Promise<Licence | undefined> {
  if (!hasHeader(request, 'license')) return undefined
  return authenticateLicence(dependencies.services, tenant, requireHeader(request, 'license'))
}

async function presentedChannel(
  dependencies: GuardDependencies,
  request: IncomingRequest,
  tenant: string,
): Promise<SecureChannel> {
  const publicKey = requireHeader(request, 'publickey')
  return (await dependencies.channels(tenant)).channelWith(publicKey)
}

function requireRequestId(
  dependencies: GuardDependencies,
  request: IncomingRequest,
  channel: SecureChannel,
): RequestIdClaims {
  const clock = { now: dependencies.services.now(), span: dependencies.allowedTimeSpan }
  return decryptRequestId(channel, requireHeader(request, 'requestid'), clock)
}

function hasHeader(request: IncomingRequest, name: string): boolean {
  const value = request.headers[name]
  return value !== undefined && value !== ''
}

/** The maximum length of a header, in characters. An encrypted token of 8 KiB fits. */
const maxHeaderLength = 12_000

function requireHeader(request: IncomingRequest, name: string): string {
  const value = request.headers[name]
  if (typeof value !== 'string' || value === '' || value.length > maxHeaderLength)
    throw new BillfoldError('caller.unauthenticated')
  return value
}
