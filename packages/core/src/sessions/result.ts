import { z } from 'zod'
import type { Services } from '../services.ts'
import type { Write } from '../storage/index.ts'
import { wallets } from '../wallets/tables.ts'
import type { SeenMatch } from './face-submission.ts'
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

/** The writes that keep of a match what the scopes ask for, and nothing else: a selfie is not stored unless one does. */
export async function resultWrites(
  services: Services,
  session: SessionRow,
  { liveness, outcome, evidence }: Pick<SeenMatch, 'liveness' | 'outcome' | 'evidence'>,
): Promise<readonly Write[]> {
  const scopes = scopesOf(session)
  const scores = { liveness: liveness?.score ?? null, comparison: outcome.score ?? null }
  const asked = scopes.has('liveness_score') || scopes.has('face_compare_score')
  const image =
    evidence.kind === 'image' ? evidence.image : evidence.kind === 'frames' ? evidence.frames.at(-1) : undefined
  return [
    ...(asked ? await keepJson(services, session, 'result', scores) : []),
    ...(scopes.has('selfie') && image !== undefined ? await keepValue(services, session, 'selfie', image.bytes) : []),
  ]
}

/** What the scopes of a session ask for. Call it only for one that has succeeded. */
export async function scopedData(services: Services, session: SessionRow): Promise<ScopedData> {
  const scopes = scopesOf(session)
  const userId = session.userId ?? ''
  const kept = scoresShape.safeParse(await readJson(services, session, 'result')).data
  const selfie = scopes.has('selfie') ? await readValue(services, session, 'selfie') : undefined
  return {
    userId,
    ...(scopes.has('wallet') && { wallet: await walletsOf(services, session.tenant, userId) }),
    ...(scopes.has('liveness_score') && { liveness_score: kept?.liveness ?? null }),
    ...(scopes.has('face_compare_score') && { face_compare_score: kept?.comparison ?? null }),
    ...(scopes.has('selfie') && { selfie: selfie === undefined ? null : Buffer.from(selfie).toString('base64') }),
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
