import { parseBase64 } from '../../kernel/base64.ts'
import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type MultipartPart, type Reply, type Route, route } from '../../http/index.ts'
import { toPublicFileId, readFile } from '../applications/files.ts'
import type { WalletActor } from '../applications/wallet-actor.ts'
import { discardFiles, finalizeFile, stageFile } from '../applications/stage-file.ts'
import { toWalletActor } from './guards.ts'
import type { OnboardingContext } from './context.ts'
import { withReceivedParts, invalidPart } from './receive-parts.ts'
import { requireParts } from './user-route.ts'

/** Maximum bytes of a file sent as base64 in JSON. */
const maxJsonFileBytes = 1024 * 1024

const base64 = z
  .string()
  .min(4)
  .max(Math.ceil(maxJsonFileBytes / 3) * 4)
  .transform((text, context) => {
    const bytes = parseBase64(text)
    if (bytes === undefined) context.addIssue({ code: 'custom', message: 'must be base64' })
    return bytes ?? z.NEVER
  })
const jsonBody = z.object({ file: base64 }).optional()
const uploadedBody = z.object({ fileId: z.string(), id: z.string() })
const multipartBody = z
  .object({ file: z.string().meta({ format: 'binary' }) })
  .describe('One part, named `file` or `document`')

const isFile = (name: string): boolean => name === 'file' || name === 'document'

/** Routes to upload and download files. A file is uploaded before the user or application that references it. */
export function fileRoutes(onboarding: OnboardingContext): readonly Route[] {
  return [
    uploadRoute(onboarding, 'sendFile', '/files'),
    uploadRoute(onboarding, 'sendUserFile', '/users/file'),
    downloadRoute(onboarding),
  ]
}

function uploadRoute(onboarding: OnboardingContext, id: string, path: string): Route {
  const { settings, walletGuard } = onboarding
  const { maxFileBytes } = settings.files
  return route({
    id,
    method: 'POST',
    path,
    summary: 'Upload a file',
    guard: walletGuard,
    limits: [{ by: 'ip', limit: 600, windowSeconds: 600 }],
    body: {
      encoding: 'json',
      schema: jsonBody,
      limit: Math.ceil(maxJsonFileBytes / 3) * 4 + 1024,
      multipart: { schema: multipartBody, maxParts: 2, partLimit: maxFileBytes, limit: maxFileBytes + 64 * 1024 },
    },
    replies: { 200: { description: 'The id of the file', schema: uploadedBody } },
    handler: async ({ body }, context) => {
      const actor = toWalletActor(context)
      return body === undefined
        ? fromParts(onboarding, actor, requireParts(context))
        : fromBytes(onboarding, actor, body.file)
    },
  })
}

function fromParts(
  onboarding: OnboardingContext,
  actor: WalletActor,
  parts: AsyncIterable<MultipartPart>,
): Promise<Reply> {
  const { services, settings } = onboarding
  return withReceivedParts(onboarding, actor, parts, { isFile, isText: () => false }, async ({ files }) => {
    const [file, second] = files.values()
    if (file === undefined) throw invalidPart('file', 'is missing')
    if (second !== undefined) throw invalidPart('file', 'must not be repeated')
    await finalizeFile(services, settings.files, file)
    return uploadReply(file.id)
  })
}

async function fromBytes(
  { services, settings }: OnboardingContext,
  actor: WalletActor,
  bytes: Uint8Array,
): Promise<Reply> {
  async function* content(): AsyncGenerator<Uint8Array> {
    yield bytes
  }
  const file = await stageFile(services, settings.files, actor, content())
  try {
    await finalizeFile(services, settings.files, file)
  } catch (error) {
    await discardFiles(services, settings.files, [file])
    throw error
  }
  return uploadReply(file.id)
}

function uploadReply(id: string): Reply {
  const fileId = toPublicFileId(id)
  return { status: 200, body: { fileId, id: fileId } }
}

function downloadRoute({ services, settings, walletGuard }: OnboardingContext): Route {
  return route({
    id: 'readFile',
    method: 'GET',
    path: '/files/:fileId',
    summary: 'Download a file of the wallet',
    guard: walletGuard,
    params: z.object({ fileId: z.string().max(64) }),
    replies: { 200: { description: 'The content of the file' }, 404: { description: 'File not found' } },
    handler: async ({ params }, context) => {
      const { tenant, id: owner } = toWalletActor(context)
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
