import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { settleJson, type Part, type Reply, type RequestContext, type Route, route } from '../../http/index.ts'
import { type Attribute, attributesWith, mentionsIn } from '../../onboarding/attributes.ts'
import { createWalletUser, refuseSecondUser } from '../../onboarding/create-user.ts'
import { findFiles, publicFileId, readFileId } from '../../onboarding/files.ts'
import type { WalletActor } from '../../onboarding/owner.ts'
import type { Profile } from '../../onboarding/profile.ts'
import type { FileRow } from '../../onboarding/stage-file.ts'
import { userToken } from './challenge-routes.ts'
import { actorOf } from './guards.ts'
import type { Onboarding } from './onboarding.ts'
import { type Received, withParts, wrongPart } from './receive-parts.ts'
import { attributes, attributesLimit } from './schemas.ts'

const jsonBody = z.object({ attributes, meta: z.unknown().optional() }).optional()
const createdBody = z.object({ message: z.string(), token: z.string() })
const multipartBody = z
  .object({ attributes: z.string(), meta: z.string().optional() })
  .catchall(z.string().meta({ format: 'binary' }))
  .describe('One part `$document-…` for each document that the attributes reference')

const maxIssues = 200

const isDocument = (text: string): boolean => /^\$document-[A-Za-z0-9_-]{1,64}$/.test(text)
const isText = (name: string): boolean => name === 'attributes' || name === 'meta'

/** Route that creates the user of a wallet, with attributes and documents, atomically. */
export function userRoute(onboarding: Onboarding): Route {
  const { services, settings, wallet } = onboarding
  const { fileBytes, requestFiles } = settings.files
  return route({
    id: 'createUser',
    method: 'POST',
    path: '/users',
    summary: "Create the wallet's user, with attributes and documents",
    guard: wallet,
    limits: [{ by: 'ip', most: 120, seconds: 600 }],
    body: {
      encoding: 'json',
      schema: jsonBody,
      limit: attributesLimit,
      multipart: {
        schema: multipartBody,
        parts: requestFiles + 2,
        partLimit: Math.max(fileBytes, attributesLimit),
        limit: requestFiles * fileBytes + 2 * attributesLimit,
      },
    },
    replies: { 201: { description: 'The user, as a token', schema: createdBody } },
    handler: async ({ body }, context) => {
      const actor = actorOf(context)
      await refuseSecondUser(services, actor)
      const id =
        body === undefined
          ? await fromParts(onboarding, actor, partsOf(context))
          : await fromJson(onboarding, actor, { attributes: body.attributes, meta: body.meta })
      return createdReply(onboarding, actor.tenant, id)
    },
  })
}

/** Returns the multipart parts of the body. @throws BillfoldError `body.malformed` if there are none */
export function partsOf({ parts }: RequestContext): AsyncIterable<Part> {
  if (parts === undefined) throw new BillfoldError('body.malformed', { message: 'The body is missing' })
  return parts
}

async function createdReply(onboarding: Onboarding, tenant: string, id: string): Promise<Reply> {
  const token = await userToken(onboarding, tenant, id)
  return { status: 201, body: { message: 'User Created Successfully', token } }
}

async function fromJson(onboarding: Onboarding, actor: WalletActor, profile: Profile): Promise<string> {
  checkDocuments(profile, new Set())
  return create(onboarding, actor, profile, [])
}

function fromParts(onboarding: Onboarding, actor: WalletActor, parts: AsyncIterable<Part>): Promise<string> {
  return withParts(onboarding, actor, parts, { isFile: isDocument, isText }, async (received) => {
    const profile = parseProfile(received)
    checkDocuments(profile, new Set(received.files.keys()))
    const ids = new Map([...received.files].map(([name, { id }]) => [name, publicFileId(id)]))
    const staged = [...received.files.values()]
    return create(onboarding, actor, profile, staged, ids)
  })
}

/** Asserts that the documents sent are exactly those referenced by the attributes. @throws BillfoldError `input.invalid` */
function checkDocuments({ attributes: submitted }: Profile, sent: ReadonlySet<string>): void {
  const referenced = mentionsIn(valuesOf(submitted), isDocument)
  const problems = [
    ...[...referenced].filter((name) => !sent.has(name)).map((name) => issue(name, 'is missing')),
    ...[...sent]
      .filter((name) => !referenced.has(name))
      .map((name) => issue(name, 'is not referenced by the attributes')),
  ]
  if (problems.length > 0) throw new BillfoldError('input.invalid', { issues: problems.slice(0, maxIssues) })
}

/** Parses the profile from the text parts. */
function parseProfile({ texts }: Received): Profile {
  const parsed = attributes.safeParse(texts.get('attributes'))
  if (!texts.has('attributes')) throw wrongPart('attributes', 'is missing')
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => issue(['attributes', ...path].join('.'), message))
    throw new BillfoldError('input.invalid', { issues: issues.slice(0, 20) })
  }
  return { attributes: parsed.data, meta: parseMeta(texts.get('meta')) }
}

function parseMeta(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    const meta: unknown = JSON.parse(text)
    if (settleJson(meta)) return meta
  } catch {
    // Reported below.
  }
  throw wrongPart('meta', 'must be JSON')
}

async function create(
  { services, settings }: Onboarding,
  actor: WalletActor,
  profile: Profile,
  staged: readonly Parameters<typeof createWalletUser>[4]['staged'][number][],
  documentIds: ReadonlyMap<string, string> = new Map(),
): Promise<string> {
  const used = await findReferencedFiles(services, actor, profile.attributes)
  const stored = { ...profile, attributes: attributesWith(profile.attributes, documentIds) }
  return createWalletUser(services, settings.files, actor, stored, { staged, used })
}

/** Finds the files uploaded earlier that the attributes reference. */
async function findReferencedFiles(
  services: Onboarding['services'],
  { tenant, id: owner }: WalletActor,
  submitted: readonly Attribute[],
): Promise<readonly FileRow[]> {
  const wanted = [...mentionsIn(valuesOf(submitted), (text) => readFileId(text) !== undefined)]
  if (wanted.length > 100) throw wrongPart('attributes', 'must reference at most 100 files')
  const rows = await findFiles(
    services,
    { tenant, owner },
    wanted.map((text) => readFileId(text) ?? ''),
  )
  const found = new Set(rows.map(({ id }) => publicFileId(id)))
  const missing = wanted.filter((id) => !found.has(id)).map((id) => issue('attributes', `File ${id} does not exist`))
  if (missing.length > 0) throw new BillfoldError('input.invalid', { issues: missing })
  return rows
}

function valuesOf(submitted: readonly Attribute[]): readonly unknown[] {
  return submitted.map(({ data }) => data.value)
}

function issue(path: string, message: string): { readonly path: string; readonly message: string } {
  return { path: path.slice(0, 128), message }
}
