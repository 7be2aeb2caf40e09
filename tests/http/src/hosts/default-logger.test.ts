import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const folder = fileURLToPath(new URL('../..', import.meta.url))

/** A host whose storage is broken, called twice. */
function runHost(logger: string): string {
  const source = `
    import { createBillfold, localKeyring, newKey, silentLogger } from '@billfold/core'
    const fail = () => Promise.reject(new Error('the storage is broken'))
    const keyring = localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
    const { custody } = createBillfold({ storage: { find: fail, commit: fail }, keyring, rateLimiter: { consume: async () => undefined } ${logger} })
    const route = custody.routes.find(({ path, method }) => path === '/api/users' && method === 'GET')
    const headers = { authorization: 'Basic ' + btoa('${'0'.repeat(32)}:x') }
    const request = { method: 'GET', path: '/api/users', mount: '', params: {}, query: '', headers, ip: '192.0.2.1' }
    for (let at = 0; at < 2; at++) {
      const { status } = await custody.handle(route, { ...request, signal: new AbortController().signal, body: { kind: 'none' } })
      if (status < 500) throw new Error('status ' + status)
    }`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect([status, stdout, status === 0 ? '' : stderr]).toEqual([0, '', ''])
  return stderr
}

test('a host without a logger writes its first error to standard error', () => {
  const lines = runHost('').trimEnd().split('\n')
  expect(lines.filter((line) => line.startsWith('billfold: '))).toEqual([
    expect.stringContaining('the storage is broken'),
  ])
})

test('a host with silentLogger writes nothing', () => {
  expect(runHost(', logger: silentLogger')).toBe('')
})
