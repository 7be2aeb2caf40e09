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

const json = z.object({ attributes, meta: z.unknown().optional() }).optional()
const created = z.object({ message: z.string(), token: z.string() })
const documents = z
  .object({ attributes: z.string(), meta: z.string().optional() })
  .catchall(z.string().meta({ format: 'binary' }))
  .describe('A part `$document-…` for each document that the attributes mention')

/** Most problems that are named. */
const mostIssues = 200

const isDocument = (text: string): boolean => /^\$document-[A-Za-z0-9_-]{1,64}$/.test(text)
const isText = (name: string): boolean => name === 'attributes' || name === 'meta'

/** Makes the user of a wallet, with everything that belongs to it, or nothing at all. */
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
      schema: json,
      limit: attributesLimit,
      multipart: {
        schema: documents,
        parts: requestFiles + 2,
        partLimit: Math.max(fileBytes, attributesLimit),
        limit: requestFiles * fileBytes + 2 * attributesLimit,
      },
    },
    replies: { 201: { description: 'The user, as a token', schema: created } },
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

/** The parts of a body that is not JSON. */
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
    const profile = profileIn(received)
    checkDocuments(profile, new Set(received.files.keys()))
    const ids = new Map([...received.files].map(([name, { id }]) => [name, publicFileId(id)]))
    const staged = [...received.files.values()]
    return create(onboarding, actor, profile, staged, ids)
  })
}

/** @throws BillfoldError `input.invalid` unless every document that is mentioned was sent, and every one that was sent is mentioned */
function checkDocuments({ attributes: said }: Profile, sent: ReadonlySet<string>): void {
  const mentioned = mentionsIn(values(said), isDocument)
  const problems = [
    ...[...mentioned].filter((name) => !sent.has(name)).map((name) => issue(name, 'was not sent')),
    ...[...sent]
      .filter((name) => !mentioned.has(name))
      .map((name) => issue(name, 'is not mentioned in the attributes')),
  ]
  if (problems.length > 0) throw new BillfoldError('input.invalid', { issues: problems.slice(0, mostIssues) })
}

/** What the texts of the parts say. */
function profileIn({ texts }: Received): Profile {
  const parsed = attributes.safeParse(texts.get('attributes'))
  if (!texts.has('attributes')) throw wrongPart('attributes', 'is missing')
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => issue(['attributes', ...path].join('.'), message))
    throw new BillfoldError('input.invalid', { issues: issues.slice(0, 20) })
  }
  return { attributes: parsed.data, meta: metaIn(texts.get('meta')) }
}

function metaIn(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    const meta: unknown = JSON.parse(text)
    if (settleJson(meta)) return meta
  } catch {
    // Told below.
  }
  throw wrongPart('meta', 'is not JSON')
}

async function create(
  { services, settings }: Onboarding,
  actor: WalletActor,
  profile: Profile,
  staged: readonly Parameters<typeof createWalletUser>[4]['staged'][number][],
  documentIds: ReadonlyMap<string, string> = new Map(),
): Promise<string> {
  const used = await usedFiles(services, actor, profile.attributes)
  const kept = { ...profile, attributes: attributesWith(profile.attributes, documentIds) }
  return createWalletUser(services, settings.files, actor, kept, { staged, used })
}

/** The files sent before that the attributes name. */
async function usedFiles(
  services: Onboarding['services'],
  { tenant, id: owner }: WalletActor,
  said: readonly Attribute[],
): Promise<readonly FileRow[]> {
  const wanted = [...mentionsIn(values(said), (text) => readFileId(text) !== undefined)]
  if (wanted.length > 100) throw wrongPart('attributes', 'name more than 100 files')
  const rows = await findFiles(
    services,
    { tenant, owner },
    wanted.map((text) => readFileId(text) ?? ''),
  )
  const there = new Set(rows.map(({ id }) => publicFileId(id)))
  const missing = wanted.filter((id) => !there.has(id)).map((id) => issue('attributes', `There is no file ${id}`))
  if (missing.length > 0) throw new BillfoldError('input.invalid', { issues: missing })
  return rows
}

function values(said: readonly Attribute[]): readonly unknown[] {
  return said.map(({ data }) => data.value)
}

function issue(path: string, message: string): { readonly path: string; readonly message: string } {
  return { path: path.slice(0, 128), message }
}
