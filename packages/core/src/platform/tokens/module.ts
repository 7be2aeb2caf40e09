import { tokenErrors } from '../../kernel/error-codes/platform.ts'
import { defineModule } from '../module.ts'

/** Tokens, which are stored nowhere. */
export const tokensModule = defineModule({ name: 'tokens', tables: [], errors: tokenErrors, create: () => ({}) })
