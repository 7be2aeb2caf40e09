import { BillfoldError } from '../../errors.ts'
import type { Part } from '../../http/index.ts'
import type { WalletActor } from '../../onboarding/owner.ts'
import { discardFiles, stageFile, type StagedFile } from '../../onboarding/stage-file.ts'
import { attributesLimit } from './schemas.ts'
import type { Onboarding } from './onboarding.ts'

/** What a multipart body brought: the files, by the names of their parts, and the texts of the other parts. */
export interface Received {
  readonly files: ReadonlyMap<string, StagedFile>
  readonly texts: ReadonlyMap<string, string>
}

/** Which parts a route knows. */
export interface KnownParts {
  readonly isFile: (name: string) => boolean
  readonly isText: (name: string) => boolean
}

/**
 * Takes the parts of a body, storing files as they arrive, and hands all to `use`. Whatever goes wrong, there or here, no file stays.
 * @throws BillfoldError `input.invalid` for a part that is unknown or there twice; what storing a file throws
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
      if (files.has(name) || texts.has(name)) throw wrongPart(name, 'is there twice')
      if (known.isText(name)) texts.set(name, await textOf(content))
      else if (!known.isFile(name)) throw wrongPart(name, 'is not one that this route takes')
      else if (files.size >= settings.files.requestFiles) throw wrongPart(name, 'is one file too many')
      else files.set(name, await stageFile(services, settings.files, actor, content))
    }
    return await use({ files, texts })
  } catch (error) {
    await discardFiles(services, settings.files, [...files.values()])
    throw error
  }
}

/** An error about one part. */
export function wrongPart(name: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path: name.slice(0, 128), message }] })
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
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
