import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UsageError } from '../command.ts'
import type { HostChoices } from './choices.ts'
import { completeManifest, hostFiles, ignored } from './host-files.ts'

/**
 * Writes the files of a host. Overwrites nothing: `package.json` and `.gitignore` are completed if they exist.
 * @returns the paths of the files that were written or completed
 * @throws UsageError that names the files that exist, before anything is written
 */
export function writeHost(
  folder: string,
  choices: HostChoices,
  billfoldVersion: string,
  now: number,
): readonly string[] {
  const files = hostFiles(choices, new Date(now).toISOString().slice(0, 10))
  const existing = files.filter(({ path }) => existsSync(join(folder, path)))
  if (existing.length > 0)
    throw new UsageError(
      `${existing.map(({ path }) => path).join(', ')} exist in ${folder}: nothing is overwritten. Choose another folder with --folder`,
    )
  const manifest = readManifest(join(folder, 'package.json'))
  for (const { path, content, mode } of files) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content, { flag: 'wx', ...(mode !== undefined && { mode }) })
  }
  const complete = completeManifest(manifest ?? { private: true, type: 'module' }, choices, billfoldVersion)
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(complete, undefined, 2)}\n`)
  ignoreSecrets(join(folder, '.gitignore'))
  return [...files.map(({ path }) => path), 'package.json', '.gitignore']
}

function readManifest(file: string): Readonly<Record<string, unknown>> | undefined {
  if (!existsSync(file)) return undefined
  const manifest: unknown = parseOrUndefined(readFileSync(file, 'utf8'))
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest))
    throw new UsageError(`${file} is not a JSON object: correct it first`)
  return Object.fromEntries(Object.entries(manifest))
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function ignoreSecrets(file: string): void {
  const known = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const lines = known.split(/\r?\n/)
  const missing = ignored.filter((line) => !lines.includes(line))
  const separator = known === '' || known.endsWith('\n') ? '' : '\n'
  appendFileSync(file, `${separator}${missing.map((line) => `${line}\n`).join('')}`)
}
