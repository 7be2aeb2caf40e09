import type { Readable } from 'node:stream'

/**
 * Waits until a process has printed `text`, and returns its output up to then. Keeps reading afterwards, so that the
 * process does not block on a full pipe.
 */
export function waitForOutput(output: Readable, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    output.on('data', (chunk: Buffer) => {
      if (printed.includes(text)) return
      printed += chunk.toString()
      if (printed.includes(text)) resolve(printed)
    })
    output.once('end', () => reject(new Error(`the process ended before it printed “${text}”: ${printed}`)))
  })
}
