import type { Act, ChainCall } from '@billfold/core/modules'
import { type Effects, toEffects, toOuterCalls, toRecipients } from './act-effects.ts'
import { expandCalls } from './inner-calls.ts'
import type { Conditions, Policy } from './policy.ts'
import { isInTimeWindow } from './time-window.ts'

/** The result of a condition. `unknown` never lets an allow match, and never keeps a denial from matching. */
export type Truth = boolean | 'unknown'

/** Stands for a value that cannot be determined. No text: typed data can contain any. */
const unknowable = Symbol('unknowable')

/** All must hold: false if one is, otherwise unknown if one is. */
export function all(results: readonly Truth[]): Truth {
  if (results.includes(false)) return false
  return results.includes('unknown') ? 'unknown' : true
}

/** Evaluates the conditions of a rule that need nothing but the act and the clock: all but amounts, counts and the severity. */
export function evaluateStatic(policy: Policy, act: Act, now: number): Truth {
  const { when, acts, abi } = policy
  // A change of the rules is subject to rules that name it: otherwise a rule for everything could not be taken back.
  if (acts === undefined ? act.kind === 'policy-change' : !acts.includes(act.kind)) return false
  const effects = toEffects(act, abi)
  return all([
    matchCounterparty(policy, act, effects),
    matchCalls(policy, act),
    matchDomain(when, act),
    matchList(when.primaryType, typedDataField(act, 'primaryType')),
    matchChain(when, act),
    when.time === undefined ? true : isInTimeWindow(when.time, now) === when.time.inside,
    when.deviceKnown === undefined
      ? true
      : (act.isKnownDevice ?? 'unknown') === 'unknown'
        ? 'unknown'
        : act.isKnownDevice === when.deviceKnown,
  ])
}

/** What a list condition compares with if an act has no such value: raw bytes may have any. */
function opaqueValue({ kind }: Act): undefined | typeof unknowable {
  return kind === 'raw-signature' ? unknowable : undefined
}

function matchList(list: Conditions['contract'], value: string | undefined | typeof unknowable): Truth {
  if (list === undefined) return true
  if (value === unknowable) return 'unknown'
  // Without a value it is in no list. A rule for everything outside of a list does not apply to acts without the field.
  if (value === undefined) return false
  return listHolds(list, value)
}

function listHolds(list: NonNullable<Conditions['contract']>, value: string): boolean {
  const same = (entry: string): boolean => entry.toLowerCase() === value.toLowerCase()
  return list.in === undefined ? !(list.notIn ?? []).some(same) : list.in.some(same)
}

/** An allow needs all recipients to match: to be in the list, or outside of it. For every other rule one is enough. */
function matchCounterparty({ when: { counterparty }, then }: Policy, act: Act, effects: Effects): Truth {
  if (counterparty === undefined) return true
  const recipients = toRecipients(act, effects)
  if (recipients === undefined) return 'unknown'
  if (recipients.length === 0) return false
  const holds = recipients.map((recipient) => listHolds(counterparty, recipient))
  return then.decision === 'allow' ? holds.every(Boolean) : holds.includes(true)
}

/**
 * Matches the contract and the selector of one call. An allow needs all calls of an account to match. For every other rule one is
 * enough, also one that is executed through functions of contract accounts; those of a delegate are unknown.
 */
function matchCalls({ when, then }: Policy, act: Act): Truth {
  if (when.contract === undefined && when.selector === undefined) return true
  const outer = toOuterCalls(act)
  if (outer.length === 0) return opaqueValue(act) === undefined ? false : 'unknown'
  if (then.decision === 'allow')
    return act.delegate === undefined ? all(outer.map((call) => matchCall(when, call))) : 'unknown'
  const { calls, complete } = expandCalls(outer)
  const results = calls.map((call) => matchCall(when, call))
  if (results.includes(true)) return true
  return results.includes('unknown') || !complete || act.delegate !== undefined ? 'unknown' : false
}

function matchCall({ contract, selector }: Conditions, { to, data }: ChainCall): Truth {
  const hasData = data.length > 0
  const called = data.length < 4 ? unknowable : `0x${Buffer.from(data.slice(0, 4)).toString('hex')}`
  return all([matchList(contract, hasData ? to : undefined), matchList(selector, hasData ? called : undefined)])
}

function typedDataField(act: Act, field: 'primaryType'): string | undefined | typeof unknowable {
  if (act.typedData === undefined) return opaqueValue(act)
  const value = isRecord(act.typedData) ? act.typedData[field] : undefined
  return typeof value === 'string' ? value : unknowable
}

function matchDomain({ domain }: Conditions, act: Act): Truth {
  if (domain === undefined) return true
  if (act.typedData === undefined) return opaqueValue(act) === undefined ? false : 'unknown'
  const actual = signedDomain(act.typedData)
  if (actual === undefined) return 'unknown'
  const { name, verifyingContract, chainId } = actual
  const fields = { name: toText(name), verifyingContract: toText(verifyingContract), chainId: toChainId(chainId) }
  const matches = domain.in.map((wanted) =>
    all([
      matchField(wanted.name, fields.name, (text) => text),
      matchField(wanted.verifyingContract, fields.verifyingContract, (text) => text.toLowerCase()),
      matchField(wanted.chainId, fields.chainId, (text) => text),
    ]),
  )
  return matches.includes(true) ? true : matches.includes('unknown') ? 'unknown' : false
}

/** The domain as it is signed: a field that the type `EIP712Domain` does not declare is not part of the signature. */
function signedDomain(typedData: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isRecord(typedData) || !isRecord(typedData['domain'])) return undefined
  const { types, domain } = typedData
  const declared: unknown = isRecord(types) ? types['EIP712Domain'] : undefined
  if (declared === undefined) return domain
  if (!Array.isArray(declared)) return undefined
  const names = declared.map((field: unknown) => (isRecord(field) ? field['name'] : undefined))
  return Object.fromEntries(Object.entries(domain).filter(([name]) => names.includes(name)))
}

function matchField(
  wanted: string | undefined,
  actual: string | undefined,
  normalize: (text: string) => string,
): Truth {
  if (wanted === undefined) return true
  return actual === undefined ? 'unknown' : normalize(wanted) === normalize(actual)
}

function matchChain({ chain }: Conditions, act: Act): Truth {
  if (chain === undefined) return true
  const names = [act.chain, act.network].filter((name) => name !== undefined)
  if (names.length === 0) return false
  const holds = names.map((name) => listHolds(chain, name))
  return chain.in === undefined ? holds.every(Boolean) : holds.includes(true)
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** The id of a chain in any spelling that EIP-712 signers accept: 1, "1", "0x1". */
function toChainId(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return undefined
  const text = String(value)
  return /^(?:[0-9]+|0x[0-9a-fA-F]+)$/.test(text) ? BigInt(text).toString() : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
