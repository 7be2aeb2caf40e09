import { type EncryptionContext, open, seal } from '../../kernel/crypto/index.ts'
import {
  check,
  insert,
  remove,
  type RowOf,
  type Storage,
  update,
  type Write,
  deleteInBatches,
  type ReportRows,
} from '../../kernel/storage/index.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'
import type { Services } from '../../platform/services.ts'
import { users } from '../users/table.ts'
import { presentedFrames } from './face-tables.ts'
import { addFrames, isPresentedAgain, parseFrameMemory, serializeFrameMemory } from './frame-memory.ts'
import type { FrameHashes, VerifierOutcome } from './verifier.ts'

/** Retention of the hashes of frames: 90 days. */
const retentionMs = 90 * 24 * 60 * 60 * 1000

/** The user to whom frames belong. */
export interface FrameOwner {
  readonly tenant: string
  readonly userId: string
}

/**
 * Checks that no frame of a passed liveness check was accepted for the user before, and returns the writes that remember the frames.
 * Call it within `retryOnConflict`: the commit fails if a concurrent check has added frames. Only accepted frames are remembered, so
 * that nobody else can push out those of the user.
 * @returns the writes, or `presented-again`
 */
export async function rememberFrames(
  { storage, keyring, now }: Services,
  { tenant, userId }: FrameOwner,
  frames: FrameHashes | undefined,
): Promise<readonly Write[] | 'presented-again'> {
  if (frames === undefined || frames.hashes.length === 0) return []
  const [row] = await storage.find(presentedFrames, { where: { tenant, userId }, limit: 1 })
  const at = now()
  const context = hashesContext({ tenant, userId })
  const known = row === undefined ? undefined : parseFrameMemory(await open(keyring, row.sealedHashes, context))
  if (known !== undefined && isPresentedAgain(known, frames, at - retentionMs)) return 'presented-again'
  const memory = addFrames(known, frames, at, at - retentionMs)
  const set = { sealedHashes: await seal(keyring, serializeFrameMemory(memory), context), expiresAt: at + retentionMs }
  return [
    // A user who is being erased must leave nothing behind.
    check(users, { where: { id: userId, tenant, archivedAt: null } }),
    row === undefined
      ? insert(presentedFrames, { tenant, userId, version: 1, ...set })
      : update(presentedFrames, { where: { tenant, userId, version: row.version }, set, add: { version: 1 } }),
  ]
}

/** The outcome for frames that were presented again. */
export function presentedAgainOutcome({ model }: VerifierOutcome): VerifierOutcome {
  return { decision: 'fail', reasons: ['spoof'], model }
}

/** Builds the write that forgets a user's frames. */
export function forgetFramesWrite({ tenant, userId }: FrameOwner): Write {
  return remove(presentedFrames, { where: { tenant, userId }, expectedRows: 'any' })
}

/** Deletes the frames of users who passed no liveness check for 90 days. */
export async function purgePresentedFrames(storage: Storage, now: number, report?: ReportRows): Promise<void> {
  await deleteInBatches(storage, presentedFrames, { expiresAt: { lte: now } }, report)
}

function hashesContext({
  tenant,
  userId,
}: Pick<RowOf<typeof presentedFrames>, 'tenant' | 'userId'>): EncryptionContext {
  return { tenant, table: presentedFrames.name, row: userId, field: 'hashes' }
}

/** The sealed column of presented frames, for re-encryption. */
export const sealedPresentedFrames = sealedColumn(presentedFrames, 'sealedHashes', hashesContext)
