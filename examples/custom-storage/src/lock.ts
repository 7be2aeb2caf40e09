import { rm, writeFile } from 'node:fs/promises'

/** Holds a file that only one process can make while it works; the others try again. */
export async function locked<T>(file: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5))
    }
  }
  try {
    return await work()
  } finally {
    await rm(file)
  }
}
