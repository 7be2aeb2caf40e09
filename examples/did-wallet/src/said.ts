import type { Readable } from 'node:stream'

/** Waits until a process has said something, and gives all that it said until then. What it says later is read, too, so that it can go on. */
export function said(output: Readable, words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    output.on('data', (chunk: Buffer) => {
      if (text.includes(words)) return
      text += chunk.toString()
      if (text.includes(words)) resolve(text)
    })
    output.once('end', () => reject(new Error(`it ended before it said “${words}”: ${text}`)))
  })
}
