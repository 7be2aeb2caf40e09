/** What is wrong with a reply. */
export type ReplyProblem = 'reply.too-large' | 'reply.not-json'

/**
 * Thrown if a reply of the server cannot be read. Neither the message nor a property has any of its body, of the URL or of what was sent.
 *
 * @example
 * ```ts
 * import { createCustodyClient, ReplyError } from '@billfold/api-client'
 *
 * async function countWallets(baseUrl: string): Promise<number | undefined> {
 *   try {
 *     const { data } = await createCustodyClient({ baseUrl }).GET('/api/wallets')
 *     return data?.result.length
 *   } catch (error) {
 *     if (error instanceof ReplyError && error.code === 'reply.not-json') return undefined
 *     throw error
 *   }
 * }
 * ```
 */
export class ReplyError extends Error {
  override readonly name = 'ReplyError'
  /** `reply.too-large`: it has more bytes than `maxReplyBytes`; `reply.not-json`: it is a success, and its body is not JSON. */
  readonly code: ReplyProblem
  /** The HTTP status of the reply. */
  readonly status: number

  constructor(code: ReplyProblem, status: number, message: string) {
    super(message)
    this.code = code
    this.status = status
  }
}
