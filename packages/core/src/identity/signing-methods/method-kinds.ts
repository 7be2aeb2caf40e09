import { BillfoldError } from '../../kernel/errors.ts'
import type { Write } from '../../kernel/storage/index.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import type { Services } from '../../platform/services.ts'
import type {
  MethodEnrolment,
  SigningMethodKind,
  SigningMethodKinds,
  UserMethod,
} from '../../platform/signing-method-kind.ts'
import { type MethodRule, methodRules, type SigningMethodOptions } from './method-types.ts'
import type { SigningMethodRow } from './sealing.ts'

/** Services with the kinds that modules bring. */
type KindServices = Services & SigningMethodKinds

/** The kind that the module of passkeys brings. It has an error code of its own while no module brings it. */
const passkeyType = 'PASSKEY'

/** Returns the kind PASSKEY. @throws BillfoldError `passkey.unavailable` without the module that brings it */
export function getPasskeyKind({ signingMethodKinds }: SigningMethodKinds): SigningMethodKind {
  const kind = signingMethodKinds?.get(passkeyType)
  if (kind === undefined) throw new BillfoldError('passkey.unavailable')
  return kind
}

/** Returns the rule of a type, of Billfold's own or of a module. @throws BillfoldError `signing-method.unsupported-type` */
export function getRule(services: KindServices, options: SigningMethodOptions, type: string): MethodRule {
  const rule = methodRules(options).get(type)
  if (rule !== undefined) return rule
  const kind = type === passkeyType ? getPasskeyKind(services) : services.signingMethodKinds?.get(type)
  if (kind === undefined) throw new BillfoldError('signing-method.unsupported-type')
  // The kind has checked the value in `assertEnrolment`.
  return { type, cardinality: 'many', accepts: () => true, generate: undefined }
}

/** What is to be enrolled. */
interface Enrolled {
  readonly type: string
  readonly value?: string | undefined
  readonly enrolment?: MethodEnrolment | undefined
}

/** Checks the value and the proof of a method of a kind, before anything is hashed or read. @throws BillfoldError */
export function assertEnrolment(services: KindServices, { type, value, enrolment }: Enrolled): void {
  services.signingMethodKinds?.get(type)?.assertEnrolment(value, enrolment ?? { proof: undefined })
}

/** Returns the writes with which a kind creates or replaces what belongs to a method; none for Billfold's own types. */
export async function enrolWrites(
  services: KindServices,
  actor: Actor,
  row: SigningMethodRow,
  enrolment: MethodEnrolment | undefined,
): Promise<readonly Write[]> {
  const kind = services.signingMethodKinds?.get(row.type)
  return kind === undefined ? [] : kind.enrol(services, actor, toUserMethod(row), enrolment ?? { proof: undefined })
}

/** Returns the writes with which a kind deletes what belongs to a method; none for Billfold's own types. */
export async function removalWrites(
  services: KindServices,
  actor: Actor,
  row: SigningMethodRow,
): Promise<readonly Write[]> {
  const kind = services.signingMethodKinds?.get(row.type)
  return kind === undefined ? [] : kind.removalWrites(services, actor, toUserMethod(row))
}

/** Returns what kinds tell about methods of one owner, by the id of the method. Reads nothing without such methods. */
export async function describeMethods(
  services: KindServices,
  rows: readonly SigningMethodRow[],
): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const [first] = rows
  const types = new Set(rows.map(({ type }) => type))
  const kinds = [...types].map((type) => services.signingMethodKinds?.get(type)).filter((kind) => kind !== undefined)
  if (first === undefined) return new Map()
  const user = { tenant: first.tenant, userId: first.ownerId }
  const described = await Promise.all(kinds.map((kind) => kind.describe(services, user)))
  return new Map(described.flatMap((fields) => [...fields]))
}

function toUserMethod({ id: methodId, tenant, ownerId: userId }: SigningMethodRow): UserMethod {
  return { tenant, userId, methodId }
}
