import { connect } from 'node:net'
import { readEnvironment } from './read-environment.ts'
import type { ProbeResult } from './test-database.ts'

/** The Redis of the suites, at `BILLFOLD_TEST_REDIS_URL`. */
export interface TestRedis {
  readonly url: string
  readonly host: string
  readonly port: number
}

const defaultUrl = 'redis://127.0.0.1:6379'

/**
 * Finds the Redis of the suites. Its keys must have a prefix of their own, and expire.
 *
 * @returns undefined if there is none
 * @throws Error if there is none although `CI=true`
 */
export async function findTestRedis(): Promise<TestRedis | undefined> {
  const redis = redisAt(readEnvironment('BILLFOLD_TEST_REDIS_URL') ?? defaultUrl)
  const probed = await probeRedis(redis)
  if ('version' in probed) return redis
  if (readEnvironment('CI') === 'true') throw new Error(`with CI=true Redis must be reachable: ${probed.error}`)
  return undefined
}

/** Describes the Redis of the suites, for the end of a test run. */
export async function describeTestRedis(): Promise<string> {
  const probed = await probeRedis(redisAt(readEnvironment('BILLFOLD_TEST_REDIS_URL') ?? defaultUrl))
  return 'version' in probed ? `Redis ${probed.version}` : `no Redis, whose tests are skipped (${probed.error})`
}

function redisAt(url: string): TestRedis {
  const { hostname, port } = new URL(url)
  return { url, host: hostname, port: port === '' ? 6379 : Number(port) }
}

/** Asks for the version in the protocol of Redis (RESP2), which needs no client. */
function probeRedis({ host, port }: TestRedis): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 5000 })
    let received = ''
    const end = (result: ProbeResult): void => {
      socket.destroy()
      resolve(result)
    }
    socket.on('connect', () => socket.write('INFO server\r\n'))
    socket.on('timeout', () => end({ error: `${host}:${port} does not answer` }))
    socket.on('error', (error) => end({ error: `${host}:${port}: ${error.message}` }))
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      const [, version] = /redis_version:(\S+)/.exec(received) ?? []
      if (version !== undefined) end({ version })
      else if (received.startsWith('-')) end({ error: `${host}:${port}: ${received.trim()}` })
    })
  })
}
