import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../services.ts'
import { batch, retryOnConflict, insert, remove, update } from '../../kernel/storage/index.ts'
import { verifyLinkMac, hasValidPruneMark, createNextLink } from './link.ts'
import { type Actor, auditWrite } from './audit-write.ts'
import { findNewestLink } from './checkpoint.ts'
import { auditLinks, auditRecords } from './tables.ts'
import { isLinkTrusted } from './verify-link.ts'

/** The number of links, with up to 500 records each, that are pruned in one commit. */
const linksPerBatch = 4

/**
 * Deletes the records that were linked before a time. Their links are retained, so that the chain stays complete. A new
 * link records the prune mark: without it, an attacker who deletes records could claim that they were pruned. A crash
 * leaves the deletion incomplete; the next call finishes it.
 * @returns the number of the last link whose records are deleted, 0 if there is none
 * @throws BillfoldError `input.invalid` for a time in the future; `audit.chain-untrusted`
 */
export async function pruneAuditLog(services: Services, actor: Actor, before: number): Promise<number> {
  if (!Number.isSafeInteger(before) || before > services.now())
    throw new BillfoldError('input.invalid', { issues: [{ path: 'before', message: 'must be in the past' }] })
  const prunedTo = await markPruned(services, actor, before)
  await deleteRecords(services, prunedTo)
  return prunedTo
}

function markPruned(services: Services, actor: Actor, before: number): Promise<number> {
  const { storage, keyring, now } = services
  return retryOnConflict(async () => {
    const newest = await findNewestLink(services)
    if (newest === undefined) return 0
    // The prune mark of an unauthenticated link may come from an attacker who can write to the database.
    if ((await verifyLinkMac(keyring, newest)) !== true || !hasValidPruneMark(newest))
      throw new BillfoldError('audit.chain-untrusted')
    const { prunedTo } = newest
    const [last] = await storage.find(auditLinks, {
      where: { number: { gt: prunedTo }, at: { lt: before } },
      orderBy: [['number', 'desc']],
      limit: 1,
    })
    if (last === undefined) return prunedTo
    if (!(await isLinkTrusted(services, last))) throw new BillfoldError('audit.chain-untrusted')
    const at = now()
    const link = await createNextLink(keyring, newest, {
      at,
      recordCount: 0,
      digests: new Uint8Array(),
      prunedTo: last.number,
    })
    const record = auditWrite(actor, 'audit.pruned', String(last.number), at, { before })
    await storage.commit(batch(insert(auditLinks, link), record))
    return last.number
  })
}

async function deleteRecords({ storage }: Services, prunedTo: number): Promise<void> {
  let done = 0
  for (;;) {
    const links = await storage.find(auditLinks, {
      where: { number: { gt: done, lte: prunedTo } },
      orderBy: [['number', 'asc']],
      limit: linksPerBatch,
    })
    const last = links.at(-1)
    if (last === undefined) return
    done = last.number
    const full = links.filter(({ digests }) => digests !== null).map(({ number }) => number)
    if (full.length === 0) continue
    await storage.commit(
      batch(
        remove(auditRecords, { where: { link: { in: full } }, expectedRows: 'any' }),
        update(auditLinks, { where: { number: { in: full } }, set: { digests: null }, expectedRows: 'any' }),
      ),
    )
  }
}
