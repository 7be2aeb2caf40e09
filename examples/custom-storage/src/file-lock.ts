import { rm, writeFile } from 'node:fs/promises'

/** Runs `work` while holding a lock file, which only one process can create. Other processes retry. */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
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
