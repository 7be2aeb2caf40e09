import { BillfoldError, newId } from '@billfold/core'
import { randomCode, randomSecret } from '@billfold/core/crypto'
import { type Actor, auditWrite, eventWrites, getApplication, getUser, outboxWrite } from '@billfold/core/modules'
import { batch, insert, retryOnConflict, update, type Write } from '@billfold/core/storage'
import { hashSecret } from '../../secret-hash.ts'
import { issuerError } from '../issuer-error.ts'
import type { IssuerContext } from '../settings.ts'
import { credentialOffers, type OfferRow } from '../tables.ts'
import type { AnyCredentialType } from '../types/credential-type.ts'
import { endedOffer } from './ended-offer.ts'
import { type OfferContent, sealedOfferContent } from './offer-content.ts'
import { type OfferUris, toOfferObject, toReferenceUris, toValueUris } from './offer-object.ts'

/** A transaction code that the wallet must present with the pre-authorized code. */
export interface TxCodeOptions {
  /** 4 to 12 characters. Default: 6. */
  readonly length?: number
  /** Digits, or digits and capital letters. Default: `numeric`. */
  readonly inputMode?: 'numeric' | 'text'
  /** What the wallet shows beside its input; at most 300 characters. */
  readonly description?: string
  /** `host`: the code is returned once. `notifier`: the notifier sends it to the subject of the offer. Default: `host`. */
  readonly delivery?: 'host' | 'notifier'
}

/** What is offered, and to whom. */
export interface OfferInput<Claims = unknown> {
  /** Whom the credential is about. Required by types with `from`, and for the authorization code grant. */
  readonly subject?: { readonly userId: string } | { readonly applicationId: string }
  /** The claims, for types without `from`. */
  readonly claims?: Claims
  /** Default: `pre-authorized_code` alone. */
  readonly grants?: readonly ('pre-authorized_code' | 'authorization_code')[]
  /** True for six digits that are returned once. Required for offers of more than ten minutes. */
  readonly txCode?: boolean | TxCodeOptions
  /** Seconds, at most 604,800. Default: 600. */
  readonly expiresIn?: number
  /** The formats to offer. Default: all of the type. */
  readonly formats?: readonly ('sd-jwt' | 'mdoc')[]
  /** `value`: the URI has the whole offer, so that nothing is fetched. Default: `reference`. */
  readonly by?: 'reference' | 'value'
}

/** An offer, as it is shown once. */
export interface CreatedOffer extends OfferUris {
  readonly id: string
  /** The transaction code, if it was not sent by the notifier. It is not shown again. */
  readonly txCode?: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

const tenMinutes = 600
const sevenDays = 7 * 24 * 60 * 60
const txCodeAttempts = 5
const alphabets = { numeric: '0123456789', text: '23456789ABCDEFGHJKLMNPQRSTUVWXYZ' } as const

/**
 * Creates an offer.
 * @throws BillfoldError `input.invalid`, `user.not-found`, `application.not-found`, `application.not-approved`
 */
export function createOffer(
  context: IssuerContext,
  actor: Actor,
  type: AnyCredentialType,
  input: OfferInput,
): Promise<CreatedOffer> {
  // Of two offers for one application at once, one commits first, and the other ends it.
  return retryOnConflict(() => commitOffer(context, actor, type, input))
}

async function commitOffer(
  context: IssuerContext,
  actor: Actor,
  type: AnyCredentialType,
  input: OfferInput,
): Promise<CreatedOffer> {
  const { services, tenant, settings } = context
  const configurations = selectConfigurations(type, input)
  const claims = toClaims(type, input)
  const subject = await resolveSubject(context, type, input)
  const { expiresAt, txCode, grants } = toTerms(services.now(), input)
  const row = { id: newId(), tenant }
  const ref = randomSecret()
  const content: OfferContent = {
    ...(claims !== undefined && { claims }),
    ...(grants.has('pre-authorized_code') && { code: randomSecret() }),
    ...(grants.has('authorization_code') && { issuerState: randomSecret() }),
    ...(txCode !== undefined && { txCode: txCode.shown }),
  }
  const offer: OfferRow = {
    ...row,
    ...subject,
    configurations: configurations.join(' '),
    sealedContent: await sealedOfferContent.seal(services, row, content),
    refHash: hashSecret(ref),
    codeHash: content.code === undefined ? null : hashSecret(content.code),
    issuerStateHash: content.issuerState === undefined ? null : hashSecret(content.issuerState),
    txCode: txCode === undefined ? null : await hashTxCode(context, row.id, txCode.code),
    attemptsLeft: txCodeAttempts,
    state: 'open',
    openApplicationId: subject.applicationId,
    createdAt: services.now(),
    expiresAt,
  }
  await services.storage.commit(
    batch(
      ...endEarlierOffers(offer),
      insert(credentialOffers, offer),
      auditWrite(actor, 'credential.offered', offer.id, services.now(), { type: type.id }),
      ...(txCode?.delivery === 'notifier' ? [await txCodeMessage(context, offer, txCode.code)] : []),
      ...eventWrites(services, tenant, 'credential.offered', { offerId: offer.id, type: type.id }),
    ),
  )
  const uris =
    input.by === 'value'
      ? toValueUris(toOfferObject(settings.publicUrl, configurations, content))
      : toReferenceUris(settings.publicUrl, ref)
  return { id: offer.id, ...uris, ...(txCode?.delivery === 'host' && { txCode: txCode.code }), expiresAt }
}

/** Keyed, because six digits are quickly tried against a plain hash. */
export function hashTxCode({ services, tenant }: IssuerContext, offerId: string, code: string): Promise<string> {
  return services.blindIndex.hash('credential offer tx code', tenant, `${offerId} ${code}`)
}

function selectConfigurations(type: AnyCredentialType, { formats }: OfferInput): readonly string[] {
  const ids = type.configurations.map(({ id }) => id)
  const wanted = formats?.map((format) => `${type.id}.${format}`)
  const selected = ids.filter((id) => wanted?.includes(id) ?? true)
  if (selected.length === 0) throw invalid('formats', 'the type has none of them')
  return selected
}

function toClaims(type: AnyCredentialType, { claims }: OfferInput): Readonly<Record<string, unknown>> | undefined {
  if (type.from !== undefined) {
    if (claims !== undefined) throw invalid('claims', 'the type computes its claims')
    return undefined
  }
  const parsed = type.schema.safeParse(claims)
  // Stored as given: the schema may convert, and converts again when it is issued.
  if (parsed.success) return toRecord(claims)
  const issues = parsed.error.issues.slice(0, 20).map(({ path, message }) => {
    return { path: ['claims', ...path.map(String)].join('.').slice(0, 128), message }
  })
  throw new BillfoldError('input.invalid', { issues })
}

function toRecord(claims: unknown): Readonly<Record<string, unknown>> {
  return typeof claims === 'object' && claims !== null ? Object.fromEntries(Object.entries(claims)) : {}
}

async function resolveSubject(
  { services, tenant }: IssuerContext,
  type: AnyCredentialType,
  { subject, grants }: OfferInput,
): Promise<Pick<OfferRow, 'userId' | 'applicationId'>> {
  if (subject === undefined) {
    if (type.from !== undefined) throw invalid('subject', 'the type needs one')
    if (grants?.includes('authorization_code') === true) throw invalid('subject', 'the grant needs one')
    return { userId: null, applicationId: null }
  }
  if ('userId' in subject) {
    if (type.from?.kind === 'application') throw invalid('subject', 'the type needs an application')
    await getUser(services, tenant, subject.userId)
    return { userId: subject.userId, applicationId: null }
  }
  const application = await getApplication(services, { tenant }, subject.applicationId)
  const { templateId } = type.from ?? {}
  if (templateId !== undefined && templateId !== String(application.templateId))
    throw invalid('subject.applicationId', 'the application is of another template')
  if (application.status !== 'approved') throw issuerError('application.not-approved')
  return { userId: null, applicationId: application.id }
}

interface OfferTerms {
  readonly grants: ReadonlySet<string>
  readonly expiresAt: number
  readonly txCode:
    | {
        readonly code: string
        readonly shown: NonNullable<OfferContent['txCode']>
        readonly delivery: 'host' | 'notifier'
      }
    | undefined
}

function toTerms(now: number, input: OfferInput): OfferTerms {
  const { grants = ['pre-authorized_code'], expiresIn = tenMinutes } = input
  if (grants.length === 0) throw invalid('grants', 'must not be empty')
  if (!Number.isInteger(expiresIn) || expiresIn < 1 || expiresIn > sevenDays)
    throw invalid('expiresIn', `must be 1 to ${sevenDays} seconds`)
  const isPreAuthorized = grants.includes('pre-authorized_code')
  const txCode = toTxCode(input.txCode, isPreAuthorized)
  if (txCode === undefined && isPreAuthorized && expiresIn > tenMinutes)
    throw invalid('txCode', 'is required for more than ten minutes')
  if (txCode?.delivery === 'notifier' && input.subject === undefined)
    throw invalid('txCode.delivery', 'the notifier needs a subject')
  return { grants: new Set(grants), expiresAt: now + expiresIn * 1000, txCode }
}

function toTxCode(option: boolean | TxCodeOptions | undefined, isPreAuthorized: boolean): OfferTerms['txCode'] {
  if (option === undefined || option === false) return undefined
  if (!isPreAuthorized) throw invalid('txCode', 'belongs to the grant pre-authorized_code')
  const { length = 6, inputMode = 'numeric', description, delivery = 'host' } = option === true ? {} : option
  if (!Number.isInteger(length) || length < 4 || length > 12) throw invalid('txCode.length', 'must be 4 to 12')
  if (description !== undefined && description.length > 300)
    throw invalid('txCode.description', 'must have at most 300 characters')
  const shown = { length, input_mode: inputMode, ...(description !== undefined && { description }) }
  return { code: randomCode(length, alphabets[inputMode]), shown, delivery }
}

/** A newer offer for an application replaces those that are open. */
function endEarlierOffers({ tenant, applicationId }: OfferRow): readonly Write[] {
  if (applicationId === null) return []
  const where = { tenant, applicationId, state: 'open' }
  return [update(credentialOffers, { where, set: endedOffer('revoked'), expectedRows: 'any' })]
}

function txCodeMessage(
  { services, tenant }: IssuerContext,
  { id, userId, applicationId }: OfferRow,
  code: string,
): Promise<Write> {
  return outboxWrite(services, {
    tenant,
    topic: 'credentials.tx-code',
    subject: id,
    userId,
    payload: { offerId: id, userId, applicationId, code },
  })
}

function invalid(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}
