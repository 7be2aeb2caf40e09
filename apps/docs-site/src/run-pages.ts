// Runs the `js` blocks of all pages, one page after the other, in one process. Each server of a page gets a free port, and
// `fetch` is redirected to it, so that a page can use `listen(3000)` and `http://localhost:3000`.
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { Server, type ListenOptions } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { newKey } from '@billfold/core'
import { blocksFolder } from './code-blocks.ts'

const pageSeconds = 120
const ports = new Map<number, number>()
const servers = new Map<Server, Promise<void>>()

const listen: Server['listen'] = Reflect.get(Server.prototype, 'listen')
Server.prototype.listen = function listenAnywhere(this: Server, ...args: unknown[]): Server {
  const [first] = args
  const wanted = typeof first === 'number' ? first : optionsPort(first)
  const ready = args.findLast((one): one is () => void => typeof one === 'function')
  const listening = once(this, 'listening').then(() => {
    const address = this.address()
    if (address !== null && typeof address === 'object') ports.set(wanted, address.port)
  })
  servers.set(this, listening)
  const options: ListenOptions = { port: 0, host: '127.0.0.1' }
  return Reflect.apply(listen, this, ready === undefined ? [options] : [options, ready])
}

function optionsPort(options: unknown): number {
  return typeof options === 'object' && options !== null && 'port' in options ? Number(options.port) : 0
}

const { fetch } = globalThis
globalThis.fetch = async (input, init) => {
  await Promise.all(servers.values())
  if (typeof input !== 'string' && !(input instanceof URL)) return fetch(input, init)
  const url = new URL(input)
  const port = ports.get(Number(url.port))
  if (port === undefined || !['localhost', '127.0.0.1'].includes(url.hostname)) return fetch(input, init)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return fetch(url, init)
}

async function runPage(file: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'billfold-page-'))
  process.chdir(folder)
  process.env['BILLFOLD_KEYS'] = `page:${newKey()}`
  try {
    await Promise.race([import(pathToFileURL(file).href), tooLate()])
  } finally {
    for (const server of servers.keys()) server.close()
    servers.clear()
    ports.clear()
    process.chdir(tmpdir())
    rmSync(folder, { recursive: true, force: true })
  }
}

function tooLate(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`it took more than ${pageSeconds} seconds`)), pageSeconds * 1000).unref()
  })
}

let current = ''
process.on('unhandledRejection', (error) => fail(error))
process.on('uncaughtException', (error) => fail(error))

function fail(error: unknown): void {
  process.exitCode = 1
  console.error(`${current}: ${error instanceof Error ? error.stack : String(error)}`)
}

const folder = join(blocksFolder, 'run')
for (const name of readdirSync(folder).sort()) {
  current = name.replace(/\.mjs$/, '').replaceAll('~', '/')
  try {
    await runPage(join(folder, name))
  } catch (error) {
    fail(error)
  }
}
process.exit()
