import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/** Where pnpm links the dependencies of all packages. */
const allDependencies = join(root, 'node_modules/.pnpm/node_modules')

/** Links what the manifest of a host names, instead of installing it: the packages of the workspace, and their dependencies. */
export function linkDependencies(folder: string): void {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  for (const name of dependencyNames(manifest)) {
    const target = name.startsWith('@billfold/')
      ? join(root, 'packages', name.slice('@billfold/'.length))
      : realpathSync(join(allDependencies, name))
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(target, link)
  }
}

function dependencyNames(manifest: unknown): readonly string[] {
  if (typeof manifest !== 'object' || manifest === null || !('dependencies' in manifest)) return []
  return Object.keys(manifest.dependencies ?? {})
}

/** Runs a script of the host to its end, as its package does. */
export async function runScript(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly output: string }> {
  const child = start(folder, args, environment)
  const [code] = await child.exited
  return { code: code ?? -1, output: child.output() }
}

/** Starts the server of the host, and waits until it answers. */
export async function startServer(folder: string): Promise<{
  readonly url: string
  readonly stop: () => Promise<number | null>
}> {
  const port = await freePort()
  const child = start(folder, ['server.mjs'], { PORT: String(port) })
  const url = `http://127.0.0.1:${port}`
  for (;;) {
    if (child.hasEnded()) throw new Error(`the host ended:\n${child.output()}`)
    const answer = await fetch(`${url}/health`).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer !== undefined) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    url,
    stop: async () => {
      child.kill()
      const [code] = await child.exited
      return code
    },
  }
}

function start(folder: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
  const env = { PATH: process.env['PATH'], ...environment }
  const child = spawn(process.execPath, ['--env-file=.env', ...args], { cwd: folder, env, stdio: 'pipe' })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  const exited = once(child, 'exit').then(([code]: (number | null)[]) => [code ?? null] as const)
  return {
    exited,
    output: () => output,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    kill: () => child.kill('SIGTERM'),
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
