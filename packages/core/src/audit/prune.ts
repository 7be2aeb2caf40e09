import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, decide, insert, remove, update } from '../storage/index.ts'
import { isAuthentic, isPossible, nextLink } from './link.ts'
import { type Actor, auditRecord } from './record.ts'
import { newestLink } from './seal.ts'
import { auditLinks, auditRecords } from './table.ts'
import { isVouchedFor } from './vouched.ts'

/** How many links, of 500 records at most, are emptied in one commit. */
const linksAtOnce = 4

/**
 * Removes the records that were sealed before a time. Their links stay, so that the chain is whole; and a new link says up to where
 * records were pruned, since otherwise whoever removes records would only have to say that they were old. What a crash leaves half
 * done, the next call ends.
 * @returns up to which link the records are gone, 0 where none are
 * @throws BillfoldError `input.invalid` for a time to come, `audit.unvouched`
 */
export async function prune(services: Services, actor: Actor, before: number): Promise<number> {
  if (!Number.isSafeInteger(before) || before > services.now())
    throw new BillfoldError('input.invalid', { issues: [{ path: 'before', message: 'must be a time in the past' }] })
  const prunedTo = await markPruned(services, actor, before)
  await emptyLinks(services, prunedTo)
  return prunedTo
}

function markPruned(services: Services, actor: Actor, before: number): Promise<number> {
  const { storage, keyring, now } = services
  return decide(async () => {
    const newest = await newestLink(services)
    if (newest === undefined) return 0
    // What a link says counts only where the keyring vouches for it: else a writer to the database says what is removed.
    if ((await isAuthentic(keyring, newest)) !== true || !isPossible(newest)) throw new BillfoldError('audit.unvouched')
    const { prunedTo } = newest
    const [last] = await storage.find(auditLinks, {
      where: { number: { gt: prunedTo }, at: { lt: before } },
      orderBy: [['number', 'desc']],
      limit: 1,
    })
    if (last === undefined) return prunedTo
    if (!(await isVouchedFor(services, last))) throw new BillfoldError('audit.unvouched')
    const at = now()
    const link = await nextLink(keyring, newest, { at, count: 0, digests: new Uint8Array(), prunedTo: last.number })
    const record = auditRecord(actor, 'audit.pruned', String(last.number), at, { before })
    await storage.commit(batch(insert(auditLinks, link), record))
    return last.number
  })
}

async function emptyLinks({ storage }: Services, prunedTo: number): Promise<void> {
  let done = 0
  for (;;) {
    const links = await storage.find(auditLinks, {
      where: { number: { gt: done, lte: prunedTo } },
      orderBy: [['number', 'asc']],
      limit: linksAtOnce,
    })
    const last = links.at(-1)
    if (last === undefined) return
    done = last.number
    const full = links.filter(({ digests }) => digests !== null).map(({ number }) => number)
    if (full.length === 0) continue
    await storage.commit(
      batch(
        remove(auditRecords, { where: { link: { in: full } }, hits: 'any' }),
        update(auditLinks, { where: { number: { in: full } }, set: { digests: null }, hits: 'any' }),
      ),
    )
  }
}
