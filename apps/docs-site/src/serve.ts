// Serves the documentation during development: a changed document is shown immediately. The references are those of the
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
