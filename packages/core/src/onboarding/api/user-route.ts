import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import {
  parseJson,
  sanitizeJson,
  type MultipartPart,
  type Reply,
  type RequestContext,
  type Route,
  route,
} from '../../http/index.ts'
import {
  type Attribute,
  collectAttributeReferences,
  isDocumentReference,
  replaceAttributeReferences,
} from '../applications/attributes.ts'
import { createWalletUser, assertWalletHasNoUser } from '../applications/create-user.ts'
import { listFiles, toPublicFileId, parseFileId } from '../applications/files.ts'
import type { WalletActor } from '../applications/wallet-actor.ts'
import type { OnboardingProfile } from '../applications/profile.ts'
import type { FileRow } from '../applications/stage-file.ts'
import { issueUserToken } from './challenge-routes.ts'
import { findExceededLimit, maxAttributesBytes } from '../applications/value-limits.ts'
import { toWalletActor } from './guards.ts'
import type { OnboardingContext } from './context.ts'
import { type ReceivedParts, withReceivedParts, invalidPart } from './receive-parts.ts'
import { attributesSchema } from './schemas.ts'

const jsonBody = z.object({ attributes: attributesSchema, meta: z.unknown().optional() }).optional()
const createdBody = z.object({ message: z.string(), token: z.string() })
const multipartBody = z
  .object({ attributes: z.string(), meta: z.string().optional() })
  .catchall(z.string().meta({ format: 'binary' }))
  .describe('One part `$document-…` for each document that the attributes reference')

const maxIssues = 200

const isDocumentPart = (text: string): boolean => /^\$document-[A-Za-z0-9_-]{1,64}$/.test(text)
const isText = (name: string): boolean => name === 'attributes' || name === 'meta'

/** Route that creates the user of a wallet, with attributes and documents, atomically. */
export function userRoute(onboarding: OnboardingContext): Route {
  const { services, settings, walletGuard } = onboarding
  const { maxFileBytes, maxFilesPerRequest } = settings.files
  return route({
    id: 'createUser',
    secretReply: true,
    method: 'POST',
    path: '/users',
    summary: "Create the wallet's user, with attributes and documents",
    guard: walletGuard,
    limits: [{ by: 'ip', limit: 120, windowSeconds: 600 }],
    body: {
      encoding: 'json',
      schema: jsonBody,
      limit: maxAttributesBytes,
      multipart: {
        schema: multipartBody,
        maxParts: maxFilesPerRequest + 2,
        partLimit: Math.max(maxFileBytes, maxAttributesBytes),
        limit: maxFilesPerRequest * maxFileBytes + 2 * maxAttributesBytes,
      },
    },
    replies: { 201: { description: 'The user, as a token', schema: createdBody } },
    handler: async ({ body }, context) => {
      const actor = toWalletActor(context)
      await assertWalletHasNoUser(services, actor)
      const id =
        body === undefined
          ? await fromParts(onboarding, actor, requireParts(context))
          : await fromJson(onboarding, actor, { attributes: body.attributes, meta: body.meta })
      return createdReply(onboarding, actor.tenant, id)
    },
  })
}

/** Returns the multipart parts of the body. @throws BillfoldError `body.malformed` if there are none */
export function requireParts({ parts }: RequestContext): AsyncIterable<MultipartPart> {
  if (parts === undefined) throw new BillfoldError('body.malformed', { message: 'The body is missing' })
  return parts
}

async function createdReply(onboarding: OnboardingContext, tenant: string, id: string): Promise<Reply> {
  const token = await issueUserToken(onboarding, tenant, id)
  return { status: 201, body: { message: 'User Created Successfully', token } }
}

async function fromJson(
  onboarding: OnboardingContext,
  actor: WalletActor,
  profile: OnboardingProfile,
): Promise<string> {
  checkValues(profile)
  checkDocuments(profile, new Set())
  return create(onboarding, actor, profile, [])
}

function fromParts(
  onboarding: OnboardingContext,
  actor: WalletActor,
  parts: AsyncIterable<MultipartPart>,
): Promise<string> {
  return withReceivedParts(onboarding, actor, parts, { isFile: isDocumentPart, isText }, async (received) => {
    const profile = parseProfile(received)
    checkValues(profile)
    checkDocuments(profile, new Set(received.files.keys()))
    const ids = new Map([...received.files].map(([name, { id }]) => [name, toPublicFileId(id)]))
    const staged = [...received.files.values()]
    return create(onboarding, actor, profile, staged, ids)
  })
}

/** Asserts the limits of values: no schema does for the attributes of a user. @throws BillfoldError `input.invalid` */
function checkValues({ attributes: submitted, meta }: OnboardingProfile): void {
  const values = [
    ...submitted.map(({ data }, index) => ({ path: `attributes.${index}.data.value`, value: data.value })),
    { path: 'meta', value: meta },
  ]
  const problems = values.flatMap(({ path, value }) => {
    const exceeded = findExceededLimit(value)
    return exceeded === undefined ? [] : [issue(path, exceeded)]
  })
  if (problems.length > 0) throw new BillfoldError('input.invalid', { issues: problems.slice(0, maxIssues) })
}

/** Asserts that the documents sent are exactly those referenced by the attributes. @throws BillfoldError `input.invalid` */
function checkDocuments({ attributes: submitted }: OnboardingProfile, sent: ReadonlySet<string>): void {
  const referenced = collectAttributeReferences(submitted, isDocumentReference)
  const problems = [
    ...[...referenced].filter((name) => !sent.has(name)).map((name) => issue(name, 'is missing')),
    ...[...sent]
      .filter((name) => !referenced.has(name))
      .map((name) => issue(name, 'is not referenced by the attributes')),
  ]
  if (problems.length > 0) throw new BillfoldError('input.invalid', { issues: problems.slice(0, maxIssues) })
}

/** Parses the profile from the text parts. */
function parseProfile({ texts }: ReceivedParts): OnboardingProfile {
  const parsed = attributesSchema.safeParse(texts.get('attributes'))
  if (!texts.has('attributes')) throw invalidPart('attributes', 'is missing')
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => issue(['attributes', ...path].join('.'), message))
    throw new BillfoldError('input.invalid', { issues: issues.slice(0, 20) })
  }
  return { attributes: parsed.data, meta: parseMeta(texts.get('meta')) }
}

function parseMeta(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    const meta = parseJson(text)
    if (sanitizeJson(meta)) return meta
  } catch {
    // Reported below.
  }
  throw invalidPart('meta', 'must be JSON')
}

async function create(
  { services, settings }: OnboardingContext,
  actor: WalletActor,
  profile: OnboardingProfile,
  staged: readonly Parameters<typeof createWalletUser>[4]['staged'][number][],
  documentIds: ReadonlyMap<string, string> = new Map(),
): Promise<string> {
  const referenced = await findReferencedFiles(services, actor, profile.attributes)
  const stored = { ...profile, attributes: replaceAttributeReferences(profile.attributes, documentIds) }
  return createWalletUser(services, settings, actor, stored, { staged, referenced })
}

/** Finds the files uploaded earlier that the attributes reference. */
async function findReferencedFiles(
  services: OnboardingContext['services'],
  { tenant, id: owner }: WalletActor,
  submitted: readonly Attribute[],
): Promise<readonly FileRow[]> {
  const wanted = [...collectAttributeReferences(submitted, (text) => parseFileId(text) !== undefined)]
  if (wanted.length > 100) throw invalidPart('attributes', 'must reference at most 100 files')
  const rows = await listFiles(
    services,
    { tenant, owner },
    wanted.map((text) => parseFileId(text) ?? ''),
  )
  const found = new Set(rows.map(({ id }) => toPublicFileId(id)))
  const missing = wanted.filter((id) => !found.has(id)).map((id) => issue('attributes', `File ${id} does not exist`))
  if (missing.length > 0) throw new BillfoldError('input.invalid', { issues: missing })
  return rows
}

function issue(path: string, message: string): { readonly path: string; readonly message: string } {
  return { path: path.slice(0, 128), message }
}
