import type { ModuleContext } from '@billfold/core/modules'

/** What functions need that only read and change what is stored, without the options of a role. */
export type StoredContext = Pick<ModuleContext, 'services' | 'tenant'>
