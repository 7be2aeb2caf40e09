import { createHash } from 'node:crypto'
import type { Script } from './redis-client.ts'

/**
 * Counts a call unless the limit is reached. The window is computed by the clock of Redis, so that hosts whose clocks differ count in
 * the same one. The key expires with the window: Redis expires a key one millisecond after the time given, hence `ends - 1`.
 */
const source = `
local limit = tonumber(ARGV[1])
local window = tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local ends = (math.floor(now / window) + 1) * window
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
local allowed = count < limit
if allowed and ARGV[3] == 'consume' then
  count = redis.call('INCR', KEYS[1])
  if count == 1 then redis.call('PEXPIREAT', KEYS[1], ends - 1) end
end
return { allowed and 1 or 0, math.max(0, limit - count), ends - now }
`

/**
 * The script. Its arguments are the limit, the window in milliseconds, and `consume` or `peek`; it returns whether the call is allowed
 * (1 or 0), how many more are, and the milliseconds until the window ends.
 */
export const countScript: Script = { source, digest: createHash('sha1').update(source).digest('hex') }
