import { httpErrors } from '../kernel/error-codes/http.ts'
import { defineModule } from '../platform/module.ts'

/** The error codes of request handling. */
export const httpModule = defineModule({ name: 'http', tables: [], errors: httpErrors, create: () => ({}) })
