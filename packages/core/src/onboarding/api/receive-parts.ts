import { BillfoldError } from '../../kernel/errors.ts'
import type { MultipartPart } from '../../http/index.ts'
import type { WalletActor } from '../applications/wallet-actor.ts'
import { discardFiles, stageFile, type StagedFile } from '../applications/stage-file.ts'
import { maxAttributesBytes } from '../applications/value-limits.ts'
import type { OnboardingContext } from './context.ts'

/** Parts of a multipart body by name: staged files and texts. */
export interface ReceivedParts {
  readonly files: ReadonlyMap<string, StagedFile>
  readonly texts: ReadonlyMap<string, string>
}

/** Part names that a route accepts. */
export interface AllowedParts {
  readonly isFile: (name: string) => boolean
  readonly isText: (name: string) => boolean
}

/**
 * Reads a multipart body, staging files as they arrive, and passes the parts to `use`. If reading or `use` fails, the staged files are discarded.
 * @throws BillfoldError `input.invalid` for unknown or repeated parts; the errors of `stageFile`
 */
export async function withReceivedParts<T>(
  { services, settings }: OnboardingContext,
  actor: WalletActor,
  parts: AsyncIterable<MultipartPart>,
  known: AllowedParts,
  use: (received: ReceivedParts) => Promise<T>,
): Promise<T> {
  const files = new Map<string, StagedFile>()
  const texts = new Map<string, string>()
  try {
    for await (const { name, content } of parts) {
      if (files.has(name) || texts.has(name)) throw invalidPart(name, 'must not be repeated')
      if (known.isText(name)) texts.set(name, await readText(content))
      else if (!known.isFile(name)) throw invalidPart(name, 'is not an accepted part')
      else if (files.size >= settings.files.maxFilesPerRequest)
        throw invalidPart(name, 'exceeds the number of files per request')
      else files.set(name, await stageFile(services, settings.files, actor, content))
    }
    return await use({ files, texts })
  } catch (error) {
    await discardFiles(services, settings.files, [...files.values()])
    throw error
  }
}

/** Creates an error about one part. */
export function invalidPart(name: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path: name.slice(0, 128), message }] })
}

async function readText(content: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of content) {
    bytes += piece.length
    if (bytes > maxAttributesBytes) throw new BillfoldError('body.too-large')
    pieces.push(piece)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces))
  } catch {
    throw new BillfoldError('body.malformed')
  }
}
