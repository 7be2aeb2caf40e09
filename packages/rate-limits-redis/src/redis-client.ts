/** What is used of a client, or cluster client, of `redis` (node-redis). */
export interface NodeRedisClient {
  readonly evalSha: (digest: string, options: { keys: string[]; arguments: string[] }) => Promise<unknown>
  readonly eval: (script: string, options: { keys: string[]; arguments: string[] }) => Promise<unknown>
}

/** What is used of a client, or cluster client, of `ioredis`. */
export interface IoRedisClient {
  readonly evalsha: (digest: string, keyCount: number, ...keysAndArguments: string[]) => Promise<unknown>
  readonly eval: (script: string, keyCount: number, ...keysAndArguments: string[]) => Promise<unknown>
}

/** A connected client of either package. The host connects it, listens to its errors and closes it. */
export type RedisClient = NodeRedisClient | IoRedisClient

/** A Lua script with its SHA-1 digest, by which Redis finds it. */
export interface Script {
  readonly source: string
  readonly digest: string
}

/** Runs a script with one key: by its digest, and once with its source if the server does not know it (after a restart, say). */
export async function runScript(
  client: RedisClient,
  { source, digest }: Script,
  key: string,
  parameters: readonly string[],
): Promise<unknown> {
  try {
    return await ('evalSha' in client
      ? client.evalSha(digest, { keys: [key], arguments: [...parameters] })
      : client.evalsha(digest, 1, key, ...parameters))
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return 'evalSha' in client
      ? client.eval(source, { keys: [key], arguments: [...parameters] })
      : client.eval(source, 1, key, ...parameters)
  }
}
