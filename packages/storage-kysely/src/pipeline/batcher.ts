import { nextTick } from 'node:process'

/** An item waiting for its batch, and how to settle it. */
export interface PendingItem<T, R> {
  readonly item: T
  readonly resolve: (result: R | Promise<R>) => void
  readonly reject: (error: unknown) => void
}

/** Limits of a batcher. */
export interface BatcherLimits {
  /** Number of batches in progress at once. */
  readonly maxConcurrentBatches: number
  /** Number of items in one batch. */
  readonly maxBatchSize: number
  /** This many items go into one batch even if others are free. Default: 1. */
  readonly minBatchSize?: number
  /** A batch that takes longer than this (ms) no longer counts as in progress. Default: no limit. */
  readonly maxBatchDelayMs?: number
}

/**
 * Creates a function that processes items in batches: items that arrive while all batches are in progress are processed
 * together as soon as one ends. An item that arrives while a batch is free waits for nothing.
 *
 * @param processBatch settles every item of its batch and never rejects
 */
export function createBatcher<T, R>(
  { maxConcurrentBatches, maxBatchSize, minBatchSize = 1, maxBatchDelayMs }: BatcherLimits,
  processBatch: (items: readonly PendingItem<T, R>[]) => Promise<void>,
): (item: T) => Promise<R> {
  const queue: PendingItem<T, R>[] = []
  let inProgress = 0
  const start = (): void => {
    while (inProgress < maxConcurrentBatches && queue.length > 0) {
      inProgress++
      const release = once(() => {
        inProgress--
        start()
      })
      const timer = maxBatchDelayMs === undefined ? undefined : setTimeout(release, maxBatchDelayMs)
      const fairShare = Math.ceil(queue.length / (maxConcurrentBatches - inProgress + 1))
      const items = queue.splice(0, Math.min(maxBatchSize, Math.max(minBatchSize, fairShare)))
      void processBatch(items).finally(() => {
        clearTimeout(timer)
        release()
      })
    }
  }
  return (item) =>
    new Promise((resolve, reject) => {
      queue.push({ item, resolve, reject })
      // Deferred until all promises of this turn of the event loop have continued: what they add shares a batch.
      if (queue.length === 1) nextTick(start)
    })
}

function once(callback: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    callback()
  }
}
