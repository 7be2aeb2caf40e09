import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

/** A hash of `@noble/hashes` that is called with a password, a salt and options. */
export interface WorkerHash {
  readonly module: '@noble/hashes/argon2.js' | '@noble/hashes/scrypt.js'
  readonly name: 'argon2id' | 'scrypt'
  readonly password: Uint8Array
  readonly salt: Uint8Array
  readonly options: Readonly<Record<string, number>>
}

// In plain text, so that it runs alike from sources, from a build and from inside a bundle.
const script = `
const { parentPort, workerData: { url, name, password, salt, options } } = require('node:worker_threads')
import(url).then((hashes) => parentPort.postMessage(hashes[name](password, salt, options)))
`

/**
 * Computes a hash that node:crypto has not, in a thread of its own, so that the event loop goes on and the memory is given
 * back with the thread. How much it may cost, and how many run at once, is for the caller to bound.
 */
export function hashInWorker({ module, ...data }: WorkerHash): Promise<Uint8Array> {
  const url = pathToFileURL(createRequire(import.meta.url).resolve(module)).href
  const worker = new Worker(script, { eval: true, workerData: { url, ...data }, execArgv: [], env: {} })
  return new Promise((resolve, reject) => {
    worker.once('message', (hash: unknown) => {
      if (hash instanceof Uint8Array) resolve(hash)
      else reject(new TypeError('the worker gave no bytes'))
    })
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)))
  })
}
