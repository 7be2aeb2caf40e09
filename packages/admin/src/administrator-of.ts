import type { Caller } from '@billfold/core/http'

/** The tenant of an administrator; undefined for the host's default tenant, which the functions of Billfold then use. */
export function tenantOf({ tenant }: Caller): string | undefined {
  return tenant === '' ? undefined : tenant
}

/** The actor of an audit record. */
export function actor(administrator: string): string {
  return `admin:${administrator}`
}
