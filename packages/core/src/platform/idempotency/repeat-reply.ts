import { timingSafeEqual } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Logger } from '../../kernel/logger.ts'
import { type RowOf, tryCommit, update, type Write } from '../../kernel/storage/index.ts'
import { type Actor, auditWrite } from '../audit/audit-write.ts'
import type { BlindIndex } from '../blind-index/blind-index.ts'
import type { UntrackedStorage } from './idempotent-request.ts'
import { type ReplyPrecondition, toPreconditionChecks } from './reply-preconditions.ts'
import type { IdempotencyKeySecrets, StoredReply } from './stored-reply.ts'
import { idempotencyKeys } from './table.ts'

/** Dependencies of idempotency. Its own commits must not be tracked. */
export interface IdempotencyDependencies {
  readonly storage: UntrackedStorage
  readonly blindIndex: BlindIndex
  readonly logger: Logger
  readonly now: () => number
  /** What stored replies rest on, as the modules declare it. */
  readonly replyPreconditions: readonly ReplyPrecondition[]
}

/** The repeat of a request that was executed. */
export interface RepeatedCall {
  readonly actor: Actor
  readonly operation: string
  readonly presentedSecrets: string | undefined
}

/** The number of repeats with wrong secrets after which a reply is not given any more. */
const maxFailedRepeats = 10

type AnsweredRow = RowOf<typeof idempotencyKeys> & { readonly reply: Uint8Array }

/**
 * Returns a stored reply, while everything it rests on is as the request left it: the signing method, credential or key
 * is neither replaced nor removed, the user and the wallet are neither archived nor erased.
 *
 * A reply that carries a secret is given for minutes, only to a repeat that presents the secrets of the request, and
 * every such repeat is audited. The repeat is counted before its secrets are compared, so that an idempotency key from
 * a log gives ten guesses at most, however many arrive at once. Whatever the reason, the refusal is the same.
 * @throws BillfoldError `idempotency-key.reply-withheld`
 */
export async function repeatReply(
  setup: IdempotencyDependencies,
  call: RepeatedCall,
  secrets: IdempotencyKeySecrets,
  row: AnsweredRow,
): Promise<StoredReply> {
  const { reply, preconditions, secretsProof } = secrets.open(row.reply)
  const checks = toPreconditionChecks(setup.replyPreconditions, preconditions)
  if (checks === undefined || row.replyExpiresAt === null || row.replyExpiresAt <= setup.now()) throw withheld()
  if (secretsProof === undefined) {
    if (checks.length > 0 && !(await tryCommit(setup, ...checks))) throw withheld()
    return reply
  }
  await repeatSecret(setup, call, row, checks, () =>
    timingSafeEqual(secrets.computeFingerprint(call.presentedSecrets ?? ''), secretsProof),
  )
  return reply
}

async function repeatSecret(
  setup: IdempotencyDependencies,
  { actor, operation }: RepeatedCall,
  { id, leaseId }: AnsweredRow,
  checks: readonly Write[],
  isProved: () => boolean,
): Promise<void> {
  const same = { id, leaseId }
  const counted = update(idempotencyKeys, {
    where: { ...same, failedRepeats: { lt: maxFailedRepeats } },
    add: { failedRepeats: 1 },
  })
  if (!(await tryCommit(setup, counted))) throw withheld()
  const audit = (outcome: string): Write =>
    auditWrite(actor, 'request.secret-repeated', operation, setup.now(), { outcome })
  const given = [...checks, update(idempotencyKeys, { where: same, add: { failedRepeats: -1 } }), audit('given')]
  if (isProved() && (await tryCommit(setup, ...given))) return
  await tryCommit(setup, audit('withheld'))
  throw withheld()
}

function withheld(): BillfoldError {
  return new BillfoldError('idempotency-key.reply-withheld')
}
