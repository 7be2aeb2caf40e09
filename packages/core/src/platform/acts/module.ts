import { actErrors } from '../../kernel/error-codes/platform.ts'
import { defineModule } from '../module.ts'

/** The acts that other modules authorize: the error codes of their decisions. */
export const actsModule = defineModule({ name: 'acts', tables: [], errors: actErrors, create: () => ({}) })
