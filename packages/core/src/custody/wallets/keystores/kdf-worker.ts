import { parentPort, workerData } from 'node:worker_threads'
import { argon2id } from '@noble/hashes/argon2.js'
import { scrypt } from '@noble/hashes/scrypt.js'
import type { WorkerHashInput } from './hash-in-worker.ts'

// The script of the worker thread, which is bundled into one text before core is.
// oxlint-disable-next-line typescript/no-unsafe-assignment -- only hashInWorker starts this script
const { kdf, password, salt, options }: WorkerHashInput = workerData
parentPort?.postMessage(kdf === 'scrypt' ? scrypt(password, salt, options) : argon2id(password, salt, options))
