/**
 * Waits for a promise at most a time. A client that is not connected queues its commands, for as long as it takes.
 *
 * @throws Error if the time is over
 */
export async function withDeadline<T>(running: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer within ${milliseconds} ms`)), milliseconds)
  })
  try {
    return await Promise.race([running, expired])
  } finally {
    clearTimeout(timer)
  }
}
