import type { Terminal } from './command.ts'

/** How much of a walk is done. */
export interface Progress {
  readonly done: number
  /** Undefined if it is not known. */
  readonly total?: number
}

/** A line is printed for every tenth of the total. */
const steps = 10

/**
 * Returns a function that reports the progress of a walk to standard error: a line for every tenth of the total, the last
 * included. A table that grows during the walk never exceeds its total.
 * @param what what is counted: `values re-encrypted`
 */
export function createProgressReporter(terminal: Pick<Terminal, 'report'>, what: string): (progress: Progress) => void {
  let reported = 0
  return ({ done, total = 0 }) => {
    const size = Math.max(done, total)
    const step = size === 0 ? steps : Math.floor((done * steps) / size)
    if (step <= reported) return
    reported = step
    terminal.report(`${step * steps} %: ${formatNumber(done)} of ${formatNumber(size)} ${what}\n`)
  }
}

function formatNumber(number: number): string {
  return number.toLocaleString('en-US')
}
