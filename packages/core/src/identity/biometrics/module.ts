import { biometricsErrors } from '../../kernel/error-codes/identity.ts'
import { defineModule, type ModuleContext } from '../../platform/module.ts'
import { faceEvents } from './events.ts'
import { sealedTemplates } from './face-people.ts'
import type { FaceRecognition } from './face-recognition.ts'
import { faceGalleries, facePeople, faceTemplates, presentedFrames } from './face-tables.ts'
import { facesData, presentedFramesData } from './personal-data.ts'
import { purgePresentedFrames, sealedPresentedFrames } from './presented-frames.ts'
import { purgeRemovedFaces } from './remove-face.ts'
import { verificationConfigurations } from './verification-configuration-table.ts'

const biometricsAuditActions = {
  'verification-configuration.created': 'A verification configuration was created',
  'verification-configuration.removed': 'A verification configuration was deleted',
  'face.enrolled': 'A face was enrolled; the subject is the user',
  'face.removed': 'A face was deleted; the subject is the user',
  'face.identified': 'A face was identified among the enrolled faces of a community; the subject is the user',
}

/** The type of the declarations above, which is merged into that of all modules. */
export type BiometricsAuditActions = typeof biometricsAuditActions

declare module '../../platform/audit/actions.ts' {
  interface ModuleAuditActions extends BiometricsAuditActions {}
}

/** Dependencies of the biometrics module besides the services. */
export interface BiometricsModuleContext extends ModuleContext {
  readonly faces: FaceRecognition
}

/** Enrolled faces and verification configurations. */
export const biometricsModule = defineModule({
  name: 'biometrics',
  tables: [verificationConfigurations, facePeople, faceTemplates, faceGalleries, presentedFrames],
  sealedColumns: [sealedTemplates, sealedPresentedFrames],
  personalDataExceptions: {
    face_templates: 'Counted in the export and deleted with its row of face_people; meaningless without its verifier.',
  },
  auditActions: biometricsAuditActions,
  events: faceEvents,
  errors: biometricsErrors,
  create: ({ services: { storage }, faces }: BiometricsModuleContext) => ({
    personalData: [facesData(faces.verifier), presentedFramesData],
    maintenanceSteps: [
      {
        name: 'delete removed faces',
        stage: 'expire',
        run: (startedAt, report) => purgeRemovedFaces(storage, startedAt, report),
      },
      {
        name: 'delete hashes of presented frames',
        stage: 'expire',
        run: (startedAt, report) => purgePresentedFrames(storage, startedAt, report),
      },
    ],
  }),
})
