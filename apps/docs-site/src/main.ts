// Writes the documentation as a static site, and checks what was built: links, anchors, references, search.
import { join } from 'node:path'
import { build } from 'vitepress'
import { writeDerivedTables } from './derived-tables.ts'
import { publicExports, publicModules } from './docstrings.ts'
import { httpReference } from './http-reference.ts'
import { writePages } from './pages.ts'
import { output } from './repository.ts'
import { searchFaults } from './search-index.ts'
import { siteFaults } from './site-links.ts'

const site = join(output, 'site')

writeDerivedTables()
const pages = await writePages()
await build(join(output, '..'))
const operations = httpReference().flatMap(({ operationIds }) => operationIds)
const names = publicExports(publicModules()).map(({ name }) => name)
const faults = [...siteFaults(site), ...(await searchFaults(site, [...operations, ...names]))]
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
console.log(`${pages.length} pages: ${join(site, 'index.html')}`)
