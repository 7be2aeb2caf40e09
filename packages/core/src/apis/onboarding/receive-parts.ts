import { BillfoldError } from '../../errors.ts'
import type { Part } from '../../http/index.ts'
import type { WalletActor } from '../../onboarding/owner.ts'
import { discardFiles, stageFile, type StagedFile } from '../../onboarding/stage-file.ts'
import { attributesLimit } from './schemas.ts'
import type { Onboarding } from './onboarding.ts'

/** Parts of a multipart body by name: staged files and texts. */
export interface Received {
  readonly files: ReadonlyMap<string, StagedFile>
  readonly texts: ReadonlyMap<string, string>
}

/** Part names that a route accepts. */
export interface KnownParts {
  readonly isFile: (name: string) => boolean
  readonly isText: (name: string) => boolean
}

/**
 * Reads a multipart body, staging files as they arrive, and passes the parts to `use`. If reading or `use` fails, the staged files are discarded.
 * @throws BillfoldError `input.invalid` for unknown or repeated parts; the errors of `stageFile`
 */
export async function withParts<T>(
  { services, settings }: Onboarding,
  actor: WalletActor,
  parts: AsyncIterable<Part>,
  known: KnownParts,
  use: (received: Received) => Promise<T>,
): Promise<T> {
  const files = new Map<string, StagedFile>()
  const texts = new Map<string, string>()
  try {
    for await (const { name, content } of parts) {
      if (files.has(name) || texts.has(name)) throw wrongPart(name, 'must not be repeated')
      if (known.isText(name)) texts.set(name, await readText(content))
      else if (!known.isFile(name)) throw wrongPart(name, 'is not an accepted part')
      else if (files.size >= settings.files.requestFiles)
        throw wrongPart(name, 'exceeds the number of files per request')
      else files.set(name, await stageFile(services, settings.files, actor, content))
    }
    return await use({ files, texts })
  } catch (error) {
    await discardFiles(services, settings.files, [...files.values()])
    throw error
  }
}

/** Creates an error about one part. */
export function wrongPart(name: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path: name.slice(0, 128), message }] })
}

async function readText(content: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of content) {
    bytes += piece.length
    if (bytes > attributesLimit) throw new BillfoldError('body.too-large')
    pieces.push(piece)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces))
  } catch {
    throw new BillfoldError('body.malformed')
  }
}
