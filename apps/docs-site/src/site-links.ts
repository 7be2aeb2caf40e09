import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** Lists the broken links of a built site, one line each: to missing files or anchors; and the pages that have come out empty. */
export function siteFaults(site: string): readonly string[] {
  const pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'))
  const texts = new Map(pages.map((name) => [name.replaceAll('\\', '/'), readFileSync(join(site, name), 'utf8')]))
  const anchors = new Map([...texts].map(([name, text]) => [name, listAnchors(text)]))
  const empty = [...texts].filter(([name, text]) => name !== '404.html' && text.includes(' class="NotFound"'))
  const broken = [...texts].flatMap(([name, text]) => {
    const links = [...text.matchAll(/ (?:href|src)="([^"]+)"/g)].map(([, link]) => link ?? '')
    const faults = links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [path = '', anchor = ''] = decodeURI(link).replaceAll('&amp;', '&').split('#', 2)
        const target = targetFile(name, path)
        const known = anchors.get(target)
        return known === undefined ? !existsSync(join(site, target)) : anchor !== '' && !known.has(anchor)
      })
    return [...new Set(faults)].map((link) => `${name}: ${link} leads nowhere`)
  })
  return [...empty.map(([name]) => `${name} has no content`), ...broken]
}

/** Returns the file of a path, from the root of the site; of a folder its index. */
function targetFile(from: string, path: string): string {
  if (path === '') return from
  const target = path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(from), path)
  return target === '' || target.endsWith('/') ? `${target}index.html` : target
}

function listAnchors(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id ?? ''))
}
