import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

/** A call of a password-based KDF from `@noble/hashes`. */
export interface WorkerHashInput {
  readonly module: '@noble/hashes/argon2.js' | '@noble/hashes/scrypt.js'
  readonly name: 'argon2id' | 'scrypt'
  readonly password: Uint8Array
  readonly salt: Uint8Array
  readonly options: Readonly<Record<string, number>>
}

// Inline source text, so that the worker runs the same from sources, from a build and from a bundle.
const script = `
const { parentPort, workerData: { url, name, password, salt, options } } = require('node:worker_threads')
import(url).then((hashes) => parentPort.postMessage(hashes[name](password, salt, options)))
`

/**
 * Computes a KDF that node:crypto does not support in a worker thread. The event loop is not blocked, and the memory is freed
 * with the thread. The caller must bound the cost parameters and the concurrency.
 */
export function hashInWorker({ module, ...data }: WorkerHashInput): Promise<Uint8Array> {
  const url = pathToFileURL(createRequire(import.meta.url).resolve(module)).href
  const worker = new Worker(script, { eval: true, workerData: { url, ...data }, execArgv: [], env: {} })
  return new Promise((resolve, reject) => {
    worker.once('message', (hash: unknown) => {
      if (hash instanceof Uint8Array) resolve(hash)
      else reject(new TypeError('the KDF worker returned no bytes'))
    })
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the KDF worker exited with code ${code}`)))
  })
}
