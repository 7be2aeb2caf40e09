import { z } from 'zod'
import type { Evidence, Outcome } from '../biometrics/verifier.ts'
import type { Services } from '../services.ts'
import type { Write } from '../storage/index.ts'
import { wallets } from '../wallets/tables.ts'
import type { SessionRow } from './session.ts'
import { keepJson, keepValue, readJson, readValue } from './session-values.ts'

/** What scopes can ask for. */
export const knownScopes = ['wallet', 'liveness_score', 'selfie', 'face_compare_score'] as const

/** What a relying party learns of a session that has succeeded: what its scopes ask for. */
export interface ScopedData {
  readonly userId: string
  readonly wallet?: readonly { readonly id: string; readonly secretType: string; readonly address: string }[]
  readonly liveness_score?: number | null
  readonly face_compare_score?: number | null
  /** Base64. */
  readonly selfie?: string | null
}

const scoresShape = z.object({ liveness: z.number().nullable(), comparison: z.number().nullable() })

/** What is kept of a face for the scopes of its session. */
export interface KeptOfFace {
  readonly scores: z.output<typeof scoresShape> | undefined
  readonly selfie: Uint8Array | undefined
}

/** A face that the verifier has passed. */
interface LookedAt {
  readonly evidence: Evidence
  readonly outcome: Outcome
  readonly liveness: Outcome | undefined
}

/** What the scopes of a session ask to be kept of a face, and nothing else: a selfie is not stored unless one does. */
export function keptOf(session: SessionRow, { liveness, outcome, evidence }: LookedAt): KeptOfFace {
  const scopes = scopesOf(session)
  const asked = scopes.has('liveness_score') || scopes.has('face_compare_score')
  const image =
    evidence.kind === 'image' ? evidence.image : evidence.kind === 'frames' ? evidence.frames.at(-1) : undefined
  return {
    scores: asked ? { liveness: liveness?.score ?? null, comparison: outcome.score ?? null } : undefined,
    selfie: scopes.has('selfie') ? image?.bytes : undefined,
  }
}

/** The writes that keep it. */
export async function keptWrites(
  services: Services,
  session: SessionRow,
  { scores, selfie }: KeptOfFace,
): Promise<readonly Write[]> {
  return [
    ...(scores === undefined ? [] : await keepJson(services, session, 'result', scores)),
    ...(selfie === undefined ? [] : await keepValue(services, session, 'selfie', selfie)),
  ]
}

/**
 * What the scopes of a session ask for. Call it only for one that has succeeded, or is about to: then with what is kept with the same
 * commit.
 */
export async function scopedData(services: Services, session: SessionRow, fresh?: KeptOfFace): Promise<ScopedData> {
  const scopes = scopesOf(session)
  const userId = session.userId ?? ''
  const { scores, selfie } = fresh ?? (await readKept(services, session, scopes))
  return {
    userId,
    ...(scopes.has('wallet') && { wallet: await walletsOf(services, session.tenant, userId) }),
    ...(scopes.has('liveness_score') && { liveness_score: scores?.liveness ?? null }),
    ...(scopes.has('face_compare_score') && { face_compare_score: scores?.comparison ?? null }),
    ...(scopes.has('selfie') && { selfie: selfie === undefined ? null : Buffer.from(selfie).toString('base64') }),
  }
}

async function readKept(services: Services, session: SessionRow, scopes: ReadonlySet<string>): Promise<KeptOfFace> {
  return {
    scores: scoresShape.safeParse(await readJson(services, session, 'result')).data,
    selfie: scopes.has('selfie') ? await readValue(services, session, 'selfie') : undefined,
  }
}

async function walletsOf(
  services: Services,
  tenant: string,
  userId: string,
): Promise<NonNullable<ScopedData['wallet']>> {
  const rows = await services.storage.find(wallets, {
    where: { tenant, userId, archivedAt: null },
    orderBy: [['id', 'asc']],
    limit: 100,
  })
  return rows.map(({ id, secretType, address }) => ({ id, secretType, address }))
}

function scopesOf({ scopes }: SessionRow): ReadonlySet<string> {
  return new Set(scopes.split(' '))
}
