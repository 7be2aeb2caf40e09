import type { Migration } from './migration.ts'
import { version1 } from './version-1.ts'

/** All migrations, oldest first. Written by scripts/freeze-migration.mjs. */
export const migrations: readonly Migration[] = [version1]
