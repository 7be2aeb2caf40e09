import type { Application } from '@billfold/core/modules'

/** Whom credentials are about. */
export interface DatasetSubject {
  readonly tenant: string
  readonly userId?: string
  readonly applicationId?: string
}

/** What a source has for a subject: claims; `later` if they are not there yet; `denied` if there are none (any more). */
export type SourcedClaims<Claims> = Claims | 'later' | 'denied'

/** Where the claims of a type come from, computed again at each issuance. */
export interface DatasetSource<Claims> {
  readonly kind: 'application' | 'claims'
  /** True if claims may come later: such grants have a refresh token, so that wallets can wait. */
  readonly mayDefer: boolean
  /** The template of the application, for `applicationOf`. */
  readonly templateId?: string
  /** Returns the claims of a subject. For `applicationOf`, of its application. */
  readonly resolve: (
    subject: DatasetSubject,
    application: Application | undefined,
  ) => SourcedClaims<Claims> | Promise<SourcedClaims<Claims>>
}

/** An approved application, as `applicationOf` passes it on. */
export interface ApprovedApplication {
  readonly id: string
  /** The values of the attributes, by id. */
  readonly attributes: Readonly<Record<string, unknown>>
}

/**
 * Takes the claims of a type from the attributes of an approved application, so that who passed the checks of onboarding gets the
 * result as a credential.
 *
 * @param templateId the template of the application
 * @param toClaims converts attributes to claims
 *
 * @example
 * ```ts
 * import { applicationOf, credentialType } from '@billfold/credentials'
 * import { z } from 'zod'
 *
 * const identity = credentialType({
 *   id: 'identity',
 *   claims: z.object({ given_name: z.string() }),
 *   sdJwt: { vct: 'urn:example:identity:1' },
 *   from: applicationOf(1, ({ attributes }) => ({ given_name: String(attributes['first-name']) })),
 * })
 * ```
 */
export function applicationOf<Claims>(
  templateId: string | number,
  toClaims: (application: ApprovedApplication) => Claims,
): DatasetSource<Claims> {
  return {
    kind: 'application',
    mayDefer: true,
    templateId: String(templateId),
    resolve: (_, application) => {
      if (application === undefined || String(application.templateId) !== String(templateId)) return 'denied'
      if (waiting.has(application.status)) return 'later'
      if (application.status !== 'approved') return 'denied'
      const values = application.attributes.map(({ id, data }) => [id, data.value] as const)
      return toClaims({ id: application.id, attributes: Object.fromEntries(values) })
    },
  }
}

const waiting: ReadonlySet<string> = new Set(['submitted', 'in_review', 'returned_for_changes'])

/**
 * Takes the claims of a type from the host.
 *
 * @param resolve returns the claims of a subject; `later` if they are not there yet, `denied` if there are none
 * @param options `mayDefer` if `resolve` may return `later`
 *
 * @example
 * ```ts
 * import { claimsOf, credentialType } from '@billfold/credentials'
 * import { z } from 'zod'
 *
 * const membership = credentialType({
 *   id: 'membership',
 *   claims: z.object({ level: z.string() }),
 *   sdJwt: { vct: 'urn:example:membership:1' },
 *   from: claimsOf(async ({ userId }) => (userId === undefined ? 'denied' : { level: 'gold' })),
 * })
 * ```
 */
export function claimsOf<Claims>(
  resolve: (subject: DatasetSubject) => SourcedClaims<Claims> | Promise<SourcedClaims<Claims>>,
  { mayDefer = false }: { readonly mayDefer?: boolean } = {},
): DatasetSource<Claims> {
  return { kind: 'claims', mayDefer, resolve: (subject) => resolve(subject) }
}
