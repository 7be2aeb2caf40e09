/** What waits to be done with others, and its answer. */
export interface Waiting<T> {
  readonly item: T
  readonly resolve: (answer: boolean | Promise<boolean>) => void
  readonly reject: (error: unknown) => void
}

/** How items are grouped. */
export interface GroupLimits {
  /** How many groups are worked on at once. */
  readonly lanes: number
  /** The most items of one group. */
  readonly most: number
  /** When a group has taken this long (ms), the next one no longer waits for it. Default: it waits. */
  readonly patienceMs?: number
}

/**
 * Does items in groups: those that come while all lanes are taken go together as soon as one is free. An item that comes
 * when a lane is free waits for nobody. `work` answers every item of its group, and never rejects.
 */
export function grouped<T>(
  { lanes, most, patienceMs }: GroupLimits,
  work: (group: readonly Waiting<T>[]) => Promise<void>,
): (item: T) => Promise<boolean> {
  const waiting: Waiting<T>[] = []
  let busy = 0
  const start = (): void => {
    while (busy < lanes && waiting.length > 0) {
      busy++
      const free = once(() => {
        busy--
        start()
      })
      const timer = patienceMs === undefined ? undefined : setTimeout(free, patienceMs)
      const group = waiting.splice(0, Math.min(most, Math.ceil(waiting.length / (lanes - busy + 1))))
      void work(group).finally(() => {
        clearTimeout(timer)
        free()
      })
    }
  }
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      // Not before those who come in the same turn of the event loop have come too.
      if (waiting.length === 1) queueMicrotask(start)
    })
}

function once(act: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    act()
  }
}
