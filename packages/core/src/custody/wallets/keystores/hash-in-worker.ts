import { Worker } from 'node:worker_threads'
import script from '../../../../dist/kdf-worker/kdf-worker.js?raw'

/** A call of a password-based KDF of `@noble/hashes`. */
export type WorkerHashInput = { readonly password: Uint8Array; readonly salt: Uint8Array } & (
  | { readonly kdf: 'argon2id'; readonly options: Readonly<Record<'m' | 't' | 'p' | 'dkLen' | 'maxmem', number>> }
  | { readonly kdf: 'scrypt'; readonly options: Readonly<Record<'N' | 'r' | 'p' | 'dkLen', number>> }
)

/**
 * Computes a KDF that node:crypto does not support in a worker thread. The event loop is not blocked, and the memory is freed
 * with the thread. The caller must bound the cost parameters and the concurrency.
 */
export function hashInWorker(workerData: WorkerHashInput): Promise<Uint8Array> {
  // The script is text, so that the worker runs the same from sources, from a build and from a host's own bundle.
  const worker = new Worker(script, { eval: true, workerData, execArgv: [], env: {} })
  return new Promise((resolve, reject) => {
    worker.once('message', (hash: unknown) => {
      if (hash instanceof Uint8Array) resolve(hash)
      else reject(new TypeError('the KDF worker returned no bytes'))
    })
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the KDF worker exited with code ${code}`)))
  })
}
