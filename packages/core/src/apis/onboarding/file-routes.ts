import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { type Part, type Reply, type Route, route } from '../../http/index.ts'
import { publicFileId, readFile } from '../../onboarding/files.ts'
import type { WalletActor } from '../../onboarding/owner.ts'
import { discardFiles, keepFile, stageFile } from '../../onboarding/stage-file.ts'
import { actorOf } from './guards.ts'
import type { Onboarding } from './onboarding.ts'
import { withParts, wrongPart } from './receive-parts.ts'
import { partsOf } from './user-route.ts'

/** Maximum bytes of a file sent as base64 in JSON. */
const maxJsonFileBytes = 1024 * 1024

const base64 = z
  .string()
  .min(4)
  .max(Math.ceil(maxJsonFileBytes / 3) * 4)
  .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'must be base64')
const jsonBody = z.object({ file: base64 }).optional()
const uploadedBody = z.object({ fileId: z.string(), id: z.string() })
const multipartBody = z
  .object({ file: z.string().meta({ format: 'binary' }) })
  .describe('One part, named `file` or `document`')

const isFile = (name: string): boolean => name === 'file' || name === 'document'

/** Routes to upload and download files. A file is uploaded before the user or application that references it. */
export function fileRoutes(onboarding: Onboarding): readonly Route[] {
  return [
    uploadRoute(onboarding, 'sendFile', '/files'),
    uploadRoute(onboarding, 'sendUserFile', '/users/file'),
    downloadRoute(onboarding),
  ]
}

function uploadRoute(onboarding: Onboarding, id: string, path: string): Route {
  const { settings, wallet } = onboarding
  const { fileBytes } = settings.files
  return route({
    id,
    method: 'POST',
    path,
    summary: 'Upload a file',
    guard: wallet,
    limits: [{ by: 'ip', most: 600, seconds: 600 }],
    body: {
      encoding: 'json',
      schema: jsonBody,
      limit: Math.ceil(maxJsonFileBytes / 3) * 4 + 1024,
      multipart: { schema: multipartBody, parts: 2, partLimit: fileBytes, limit: fileBytes + 64 * 1024 },
    },
    replies: { 200: { description: 'The id of the file', schema: uploadedBody } },
    handler: async ({ body }, context) => {
      const actor = actorOf(context)
      return body === undefined
        ? fromParts(onboarding, actor, partsOf(context))
        : fromBytes(onboarding, actor, Buffer.from(body.file, 'base64'))
    },
  })
}

function fromParts(onboarding: Onboarding, actor: WalletActor, parts: AsyncIterable<Part>): Promise<Reply> {
  const { services, settings } = onboarding
  return withParts(onboarding, actor, parts, { isFile, isText: () => false }, async ({ files }) => {
    const [file, second] = files.values()
    if (file === undefined) throw wrongPart('file', 'is missing')
    if (second !== undefined) throw wrongPart('file', 'must not be repeated')
    await keepFile(services, settings.files, file)
    return uploadReply(file.id)
  })
}

async function fromBytes({ services, settings }: Onboarding, actor: WalletActor, bytes: Uint8Array): Promise<Reply> {
  async function* content(): AsyncGenerator<Uint8Array> {
    yield bytes
  }
  const file = await stageFile(services, settings.files, actor, content())
  try {
    await keepFile(services, settings.files, file)
  } catch (error) {
    await discardFiles(services, settings.files, [file])
    throw error
  }
  return uploadReply(file.id)
}

function uploadReply(id: string): Reply {
  const fileId = publicFileId(id)
  return { status: 200, body: { fileId, id: fileId } }
}

function downloadRoute({ services, settings, wallet }: Onboarding): Route {
  return route({
    id: 'readFile',
    method: 'GET',
    path: '/files/:fileId',
    summary: 'Download a file of the wallet',
    guard: wallet,
    params: z.object({ fileId: z.string().max(64) }),
    replies: { 200: { description: 'The content of the file' }, 404: { description: 'File not found' } },
    handler: async ({ params }, context) => {
      const { tenant, id: owner } = actorOf(context)
      const { type, bytes, content } = await readFile(services, settings.files, { tenant, owner }, params.fileId)
      if (context.signal.aborted) throw new BillfoldError('request.closed')
      return {
        status: 200,
        headers: {
          'content-type': type,
          'content-length': String(bytes),
          'content-disposition': 'attachment',
          'content-security-policy': "default-src 'none'; sandbox",
        },
        body: content,
      }
    },
  })
}
