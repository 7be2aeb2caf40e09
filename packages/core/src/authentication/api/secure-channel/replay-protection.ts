import type { IdentityServices } from '../../../identity/services.ts'
import { z } from 'zod'
import { serializeError } from '../../../kernel/serialize-error.ts'
import { BillfoldError, errorTable, type ErrorCode, isBillfoldError } from '../../../kernel/errors.ts'
import { batch, type Write } from '../../../kernel/storage/index.ts'
import {
  abandonClaim,
  type ClaimedRequest,
  claimRequest,
  storeReplyWrites,
} from '../../../platform/replay-protection/claim-request.ts'
import type { AuthenticationContext } from '../context.ts'
import type { StepReply } from './encrypt-reply.ts'
import type { SecureChannelRequest } from './secure-channel-codec.ts'

/** The maximum clock skew between two host processes, in milliseconds. */
const clockSkew = 5_000

/** The claim of a request id; undefined without a request id, which service keys do not need. */
export type RequestClaim = ClaimedRequest | undefined

/** A reply that is stored, because {@link commitWithReply} has committed it together with its step. */
export interface CommittedReply {
  readonly committed: StepReply
}

const storedReplySchema = z.union([
  z.object({ reply: z.object({ data: z.unknown() }).loose() }),
  z.object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      issues: z.array(z.object({ path: z.string(), message: z.string() })),
    }),
  }),
])

/**
 * Commits the writes of a step together with its reply, so that a crash after the commit does not lose the reply.
 * @throws CommitError if a precondition of the step failed
 */
export async function commitWithReply(
  { storage, keyring }: Pick<IdentityServices, 'storage' | 'keyring'>,
  claim: RequestClaim,
  writes: readonly Write[],
  reply: StepReply,
): Promise<CommittedReply> {
  const stored = claim === undefined ? [] : await storeReplyWrites({ keyring }, claim, JSON.stringify({ reply }))
  await storage.commit(batch(...writes, ...stored))
  return { committed: reply }
}

/**
 * Runs a step once per request id. A repetition of the same step with the same request id returns the stored reply, including an error.
 * After a temporary failure (5xx, 429) the step can be repeated. Without a request id the step simply runs.
 * @param step the step, beside the caller and the body: the id of the route, and the parameters
 * @param run runs the step; a reply that it did not commit is stored after it
 * @param retentionMs how long the request id is stored, in milliseconds; by default until it would be rejected as stale
 * @throws BillfoldError `request.replayed` if the request id was used for another step, or for one without a stored reply
 */
export async function withReplayProtection(
  authentication: AuthenticationContext,
  request: SecureChannelRequest,
  step: readonly string[],
  run: (claim: RequestClaim) => Promise<StepReply | CommittedReply>,
  retentionMs: number = 2 * authentication.allowedTimeSpan * 1000 + clockSkew,
): Promise<StepReply> {
  const { services } = authentication
  const claim = await claimRequestId(services, request, step, retentionMs)
  if (claim?.kind === 'repeated') return replayReply(claim.storedReply)
  try {
    const reply = await run(claim)
    if ('committed' in reply) return reply.committed
    await storeAfterwards(services, claim, { reply })
    return reply
  } catch (error) {
    await storeFailure(services, claim, error)
    throw error
  }
}

async function claimRequestId(
  services: IdentityServices,
  { caller, decrypted }: SecureChannelRequest,
  step: readonly string[],
  retentionMs: number,
) {
  const { kind, id, token, tenant, channel, requestId } = caller
  if (requestId === undefined || channel === undefined) return undefined
  return claimRequest(services, {
    tenant,
    caller: channel.callerKey,
    requestId: requestId.uuid,
    fingerprintParts: [kind, id, token?.id ?? '', JSON.stringify(step), decrypted?.form ?? '', decrypted?.text ?? ''],
    expiresAt: services.now() + retentionMs,
  })
}

/** Stores a failure for repetitions, or makes the request id usable again after a temporary one. */
async function storeFailure(services: IdentityServices, claim: RequestClaim, error: unknown): Promise<void> {
  if (claim === undefined) return
  if (!isBillfoldError(error) || error.status >= 500 || error.status === 429 || error.code === 'storage.conflict')
    return logFailure(services, abandonClaim(services.storage, claim))
  const { code, message, issues } = error
  return storeAfterwards(services, claim, { error: { code, message, issues } })
}

/** The step is done: its reply is returned even if it cannot be stored. The request id stays used. */
async function storeAfterwards(services: IdentityServices, claim: RequestClaim, content: object): Promise<void> {
  if (claim === undefined) return
  const store = async (): Promise<void> => {
    const writes = await storeReplyWrites(services, claim, JSON.stringify(content))
    if (writes.length > 0) await services.storage.commit(batch(...writes))
  }
  await logFailure(services, store())
}

async function logFailure({ logger }: IdentityServices, storing: Promise<void>): Promise<void> {
  try {
    await storing
  } catch (cause) {
    logger.warn({ cause: serializeError(cause) }, 'saving the reply of a request id failed')
  }
}

function replayReply(stored: string): StepReply {
  const parsed = storedReplySchema.parse(JSON.parse(stored))
  if ('reply' in parsed) return parsed.reply
  const { code, message, issues } = parsed.error
  if (!isErrorCode(code)) throw new BillfoldError('request.replayed')
  throw new BillfoldError(code, { message, issues })
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code)
}
