import type { Envelope, SystemEnvelopes } from '../../envelope/index.ts'
import { BillfoldError } from '../../errors.ts'
import type { Guard, IncomingRequest } from '../../http/index.ts'
import { authenticateLicence, type Licence } from '../../licences/licences.ts'
import { authenticateServiceKey } from '../../service-keys/keys.ts'
import type { Services } from '../../services.ts'
import type { AuthenticationCaller, RequestStamp } from './caller.ts'
import { schemes } from './security-schemes.ts'
import { openStamp } from './stamp.ts'
import { verifyStepToken } from './step-token.ts'

/**
 * What a service key may do here: each of these by its name, all of them by `authentication`, everything everywhere by `*`. None
 * stands for a system licence.
 */
export type AuthenticationScope =
  | 'authentication:device-info'
  | 'authentication:liveid'
  | 'authentication:enrollment'
  | 'authentication:identify'
  | 'authentication:sessions'

/** The guards of this API. Each gives an {@link AuthenticationCaller}. */
export interface Guards {
  /** Anybody, whatever headers they bring. */
  readonly open: Guard
  /** `publickey`, and `requestid` unless it is not asked for. The caller is nobody but whoever holds that key. */
  readonly client: (options?: { readonly stamp: boolean }) => Guard
  /** `publickey`, `licensekey`, `requestid`; or else a service key with this scope. */
  readonly licence: (scope: AuthenticationScope) => Guard
  /** `publickey`, `licensekey`, `requestid`, the licence of level `system`. */
  readonly systemLicence: Guard
  /** `authorization`, `publickey`, `requestid`: the token that `issueStepToken` gave to that key. */
  readonly bearer: Guard
  /** `keyId`, `keySecret`, and where they are there `license`, `publickey`, `requestid`. */
  readonly service: (scope: AuthenticationScope) => Guard
}

/** What the guards stand on. */
export interface GuardSetup {
  readonly services: Services
  readonly envelopes: SystemEnvelopes
  readonly tenantOf: (request: IncomingRequest) => string
  /** How far the time in a request id may be from ours, in seconds. */
  readonly allowedTimeSpan: number
}

type Admit = (request: IncomingRequest, tenant: string) => Promise<AuthenticationCaller>

const noScopes: ReadonlySet<string> = new Set()

/** Makes the guards. */
export function authenticationGuards(setup: GuardSetup): Guards {
  const guard = (name: string, security: Guard['security'], admit: Admit): Guard => ({
    name,
    security,
    schemes: Object.fromEntries(security.flatMap(Object.keys).map((scheme) => [scheme, schemes[scheme] ?? {}])),
    admit: (request) => admit(request, setup.tenantOf(request)),
  })
  const byService = (scope: AuthenticationScope): Admit => {
    return (request, tenant) => admitService(setup, request, tenant, scope)
  }
  const byLicence: Admit = (request, tenant) => admitLicence(setup, request, tenant)
  const sealed = { publicKey: [], requestId: [] }
  return {
    open: guard('open', [], admitAnybody),
    client: ({ stamp } = { stamp: true }) =>
      guard(stamp ? 'client' : 'public key', [stamp ? sealed : { publicKey: [] }], (request, tenant) =>
        admitClient(setup, request, tenant, stamp),
      ),
    licence: (scope) =>
      guard(
        `licence, or service key with the scope ${scope}`,
        [
          { ...sealed, licence: [] },
          { serviceKeyId: [], serviceKeySecret: [] },
        ],
        (request, tenant) => (hasHeader(request, 'licensekey') ? byLicence : byService(scope))(request, tenant),
      ),
    systemLicence: guard('system licence', [{ ...sealed, licence: [] }], async (request, tenant) => {
      const caller = await byLicence(request, tenant)
      if (caller.licence?.authLevel !== 'system') throw new BillfoldError('caller.forbidden')
      return caller
    }),
    bearer: guard('token of the step before', [{ ...sealed, stepToken: [] }], (request, tenant) =>
      admitBearer(setup, request, tenant),
    ),
    service: (scope) =>
      guard(`service key with the scope ${scope}`, [{ serviceKeyId: [], serviceKeySecret: [] }], byService(scope)),
  }
}

function admitAnybody(_: IncomingRequest, tenant: string): Promise<AuthenticationCaller> {
  const caller = { kind: 'anonymous', tenant, id: 'anonymous', scopes: noScopes } as const
  return Promise.resolve({ ...caller, envelope: undefined, stamp: undefined, licence: undefined, token: undefined })
}

async function admitClient(setup: GuardSetup, request: IncomingRequest, tenant: string, stamped: boolean) {
  const envelope = await demandedEnvelope(setup, request, tenant)
  const stamp = stamped ? stampOf(setup, request, envelope) : undefined
  const caller = { kind: 'anonymous', tenant, id: `key ${envelope.caller}`, scopes: noScopes } as const
  return { ...caller, envelope, stamp, licence: undefined, token: undefined }
}

async function admitLicence(setup: GuardSetup, request: IncomingRequest, tenant: string) {
  const envelope = await demandedEnvelope(setup, request, tenant)
  const stamp = stampOf(setup, request, envelope)
  const text = Buffer.from(envelope.open(demandedHeader(request, 'licensekey'))).toString('utf8')
  const licence = await authenticateLicence(setup.services, tenant, text)
  const caller = { kind: 'licence', tenant, id: licence.id, scopes: noScopes } as const
  return { ...caller, envelope, stamp, licence, token: undefined }
}

async function admitBearer(setup: GuardSetup, request: IncomingRequest, tenant: string) {
  const envelope = await demandedEnvelope(setup, request, tenant)
  const stamp = stampOf(setup, request, envelope)
  const token = await verifyStepToken(setup.services, tenant, envelope, demandedHeader(request, 'authorization'))
  const caller = { kind: 'user', tenant, id: token.subject, scopes: noScopes } as const
  return { ...caller, envelope, stamp, licence: undefined, token }
}

async function admitService(
  setup: GuardSetup,
  request: IncomingRequest,
  tenant: string,
  scope: AuthenticationScope,
): Promise<AuthenticationCaller> {
  const { services } = setup
  const [keyId, keySecret] = [demandedHeader(request, 'keyid'), demandedHeader(request, 'keysecret')]
  if (keyId.length > 36) throw new BillfoldError('caller.unauthenticated')
  const key = await authenticateServiceKey(services, keyId, keySecret)
  if (key.tenant !== tenant) throw new BillfoldError('caller.unauthenticated')
  const scopes = new Set(key.scopes.split(' '))
  if (![scope, 'authentication', '*'].some((one) => scopes.has(one))) throw new BillfoldError('caller.forbidden')
  const envelope = await broughtEnvelope(setup, request, tenant)
  const stamped = envelope !== undefined && hasHeader(request, 'requestid')
  const stamp = stamped ? stampOf(setup, request, envelope) : undefined
  const licence = await broughtLicence(setup, request, tenant)
  return { kind: 'service', tenant, id: key.id, scopes, envelope, stamp, licence, token: undefined }
}

/** The plain `license` that a service key may bring; a bad one is refused. */
async function broughtLicence(
  setup: GuardSetup,
  request: IncomingRequest,
  tenant: string,
): Promise<Licence | undefined> {
  if (!hasHeader(request, 'license')) return undefined
  return authenticateLicence(setup.services, tenant, demandedHeader(request, 'license'))
}

async function broughtEnvelope(setup: GuardSetup, request: IncomingRequest, tenant: string) {
  return hasHeader(request, 'publickey') ? demandedEnvelope(setup, request, tenant) : undefined
}

async function demandedEnvelope(setup: GuardSetup, request: IncomingRequest, tenant: string): Promise<Envelope> {
  const publicKey = demandedHeader(request, 'publickey')
  return (await setup.envelopes(tenant)).with(publicKey)
}

function stampOf(setup: GuardSetup, request: IncomingRequest, envelope: Envelope): RequestStamp {
  const clock = { now: setup.services.now(), span: setup.allowedTimeSpan }
  return openStamp(envelope, demandedHeader(request, 'requestid'), clock)
}

function hasHeader(request: IncomingRequest, name: string): boolean {
  const value = request.headers[name]
  return value !== undefined && value !== ''
}

/** Longer ones than this are none that a client of ours makes; a token of 8 KiB fits, encrypted. */
const longestHeader = 12_000

function demandedHeader(request: IncomingRequest, name: string): string {
  const value = request.headers[name]
  if (typeof value !== 'string' || value === '' || value.length > longestHeader)
    throw new BillfoldError('caller.unauthenticated')
  return value
}
