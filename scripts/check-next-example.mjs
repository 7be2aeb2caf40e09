// Installs the example of Next.js with the packed packages in an empty folder, builds it, starts it and calls it. The example is no part
// of the workspace: Next.js has 400 MB, which nobody else should have to install.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, runLine } from './run-command.mjs'
import { dependenciesOf } from './check-install-lines.mjs'

/**
 * @param {ReadonlyMap<string, string>} tarballs the packed packages by name
 * @returns {Promise<import('./run-command.mjs').Outcome>}
 */
export async function nextExample(tarballs) {
  const folder = mkdtempSync(join(tmpdir(), 'billfold-next-'))
  try {
    writeApp(folder, tarballs)
    const line = 'npm install --no-audit --no-fund --prefer-offline && npm run build'
    const built = await runLine(line, { cwd: folder, env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } })
    if (built.status !== 0) return built
    assert.ok(!existsSync(join(folder, 'billfold.db')), 'a build must not open the database')
    return await serves(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/**
 * Copies the example, names the packed packages in its manifest, and adds the API of the probe.
 * @param {string} folder
 * @param {ReadonlyMap<string, string>} tarballs
 */
function writeApp(folder, tarballs) {
  const built = /[/\\](node_modules|\.next)$/
  cpSync(join(root, 'examples/nextjs'), folder, { recursive: true, filter: (file) => !built.test(file) })
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const names = Object.keys(manifest.dependencies).filter((name) => tarballs.has(name))
  for (const name of [...names, ...names.flatMap(dependenciesOf)])
    manifest.dependencies[name] = `file:${tarballs.get(name)}`
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  const probe = join(folder, 'app/probe/[...path]')
  mkdirSync(probe, { recursive: true })
  copyFileSync(join(root, 'scripts/consumers/next-probe-route.js'), join(probe, 'route.js'))
  copyFileSync(join(root, 'scripts/consumers/probe-api.mjs'), join(folder, 'probe-api.mjs'))
}

/** @param {string} folder */
async function serves(folder) {
  const next = join(folder, 'node_modules/next/dist/bin/next')
  const child = spawn(process.execPath, [next, 'start', '--hostname', '127.0.0.1', '--port', '0'], { cwd: folder })
  const exited = once(child, 'exit')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  try {
    const [, base] = await waitFor(() => /(http:\/\/127\.0\.0\.1:\d+)/.exec(output), 'the server of Next.js')
    assert.ok(base)
    await callsCustody(base, () => output)
    await streams(base)
    return { status: 0, output }
  } catch (error) {
    return { status: 1, output: `${error instanceof Error ? error.stack : String(error)}\n${output}` }
  } finally {
    child.kill('SIGTERM')
    await exited
  }
}

/**
 * @param {string} base
 * @param {() => string} output
 */
async function callsCustody(base, output) {
  const anonymous = await fetch(`${base}/custody/api/users`)
  assert.equal(anonymous.status, 401)
  const [, key = ''] = await waitFor(() => /curl -u (\S+)/.exec(output()), 'the service key')
  const headers = { authorization: `Basic ${btoa(key)}`, 'content-type': 'application/json' }
  const send = (/** @type {unknown} */ body) =>
    fetch(`${base}/custody/api/users`, { method: 'POST', headers, body: JSON.stringify(body) })
  const created = await send({ reference: 'ada', signingMethod: { type: 'PIN', value: '294817' } })
  const user = await readJson(created)
  assert.equal(user.result?.reference, 'ada', JSON.stringify(user))
  assert.equal((await send({ reference: 'x'.repeat(2_000_000) })).status, 413)
  const listed = await fetch(`${base}/custody/api/users`, { headers })
  assert.equal(listed.headers.get('cache-control'), 'no-store')
  const head = await fetch(`${base}/custody/api/chains`, { method: 'HEAD', headers })
  assert.deepEqual([head.status, await head.text()], [200, ''])
  // Next.js takes some forms for its own.
  const form = new FormData()
  form.set('a', '1')
  const sent = await fetch(`${base}/custody/api/users`, {
    method: 'POST',
    headers: { authorization: headers.authorization },
    body: form,
  })
  assert.deepEqual([sent.status, (await readJson(sent)).success], [415, false])
  const document = await fetch(`${base}/custody/openapi.json`)
  assert.equal((await readJson(document)).info.title.length > 0, true)
}

/** @param {Response} response */
async function readJson(response) {
  return JSON.parse(await response.text())
}

/** @param {string} base */
async function streams(base) {
  const forwarded = await fetch(`${base}/probe/ip`, { headers: { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' } })
  assert.deepEqual(forwarded.headers.getSetCookie(), ['a=1; Path=/', 'b=2; Path=/'])
  assert.equal((await readJson(forwarded)).ip, '203.0.113.9')
  const direct = await fetch(`${base}/probe/ip`)
  assert.equal((await readJson(direct)).ip, '127.0.0.1')
  const streaming = new AbortController()
  const stream = await fetch(`${base}/probe/endless`, { signal: streaming.signal })
  await stream.body?.getReader().read()
  streaming.abort()
  const waiting = new AbortController()
  const waited = fetch(`${base}/probe/wait`, { method: 'POST', signal: waiting.signal }).catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, 500))
  waiting.abort()
  await waited
  await waitFor(async () => {
    const { aborted, closedStreams } = await readJson(await fetch(`${base}/probe/counts`))
    return aborted === 1 && closedStreams === 1
  }, 'the end of the stream and of the request')
}

/**
 * Calls a function until it returns something, for a minute.
 * @template Value
 * @param {() => Value | Promise<Value>} find
 * @param {string} what
 * @returns {Promise<NonNullable<Value>>}
 */
async function waitFor(find, what) {
  for (let attempt = 0; attempt < 600; attempt++) {
    const found = await find()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${what}: not within a minute`)
}
