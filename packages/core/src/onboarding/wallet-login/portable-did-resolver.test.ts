import { expect, it } from 'vitest'
import { type PortableDidResolverOptions, portableDidResolver } from './portable-did-resolver.ts'

/** Resolves DIDs where no name has an address, and returns the hosts that would have been called. */
async function listCalledHosts(options: PortableDidResolverOptions, ...dids: readonly string[]): Promise<string[]> {
  const hosts: string[] = []
  const resolveDns = async (name: string): Promise<readonly string[]> => {
    hosts.push(name)
    return []
  }
  const { resolve } = portableDidResolver({ ...options, resolveDns })
  for (const did of dids) expect(await resolve(did)).toEqual({ didDocument: undefined })
  return hosts
}

it.each([
  ['without hosts', {}],
  ['of another host', { webHosts: ['other.example', 'sub.example.com', 'example.com:8443'] }],
])('a document of did:web is not fetched %s', async (_, options) => {
  expect(await listCalledHosts(options, 'did:web:example.com')).toEqual([])
})

it('a document of did:web is fetched from a listed host, which is compared with its port and without its case', async () => {
  const options = { webHosts: ['Example.com', 'example.org:8443'] }
  const dids = ['did:web:example.com', 'did:web:EXAMPLE.com:users:ada', 'did:web:example.org%3A8443']
  expect(await listCalledHosts(options, ...dids)).toEqual(['example.com', 'example.com', 'example.org'])
  const others = ['did:web:example.com%3A8443', 'did:web:example.org', 'did:web:example.com.evil.example']
  expect(await listCalledHosts(options, ...others)).toEqual([])
})

it('a document of did:web is fetched from every host if the host wants it', async () => {
  expect(await listCalledHosts({ webHosts: 'any' }, 'did:web:example.net')).toEqual(['example.net'])
})
