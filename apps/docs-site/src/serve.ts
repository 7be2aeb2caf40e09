// Serves the documentation while it is written: a change of a document is shown at once. The references are those of the
// last build of the packages.
import { watch } from 'node:fs'
import { join } from 'node:path'
import { createServer } from 'vitepress'
import { writeDocument, writePages } from './pages.ts'
import { documentPaths, output, root } from './repository.ts'

await writePages()
const server = await createServer(join(output, '..'), { port: 5173 })
await server.listen()
server.printUrls()
for (const path of documentPaths()) watch(join(root, path), () => writeDocument(path))
