import 'reflect-metadata'
import { EventEmitter } from 'node:events'
import {
  Agent,
  ConsoleLogger,
  DependencyManager,
  InjectionSymbols,
  Kms,
  LogLevel,
  type Module,
  X509Module,
} from '@credo-ts/core'
import { WebSocket } from 'ws'
import { createMemoryKms } from './memory-kms.ts'
import { createMemoryRecords } from './memory-records.ts'

const refuse = () => Promise.reject(new Error('nothing is stored in files'))

class NoFiles {
  readonly dataPath = ''
  readonly cachePath = ''
  readonly tempPath = ''
  readonly exists = refuse
  readonly createDirectory = refuse
  readonly copyFile = refuse
  readonly write = refuse
  readonly read = refuse
  readonly delete = refuse
  readonly downloadToFile = refuse
}

/** What an agent of Credo works with. */
export interface CredoAgentOptions<OpenId4Vc extends Module> {
  readonly openid4vc: OpenId4Vc
  /** In base64: the certificates of the authorities that the agent trusts. */
  readonly listTrusted: () => string[]
  readonly fetch: typeof fetch
}

/** Creates an agent of Credo, with its keys and records in memory. */
export async function createCredoAgent<OpenId4Vc extends Module>(options: CredoAgentOptions<OpenId4Vc>) {
  const { openid4vc, listTrusted } = options
  const dependencies = new DependencyManager()
  dependencies.registerInstance(InjectionSymbols.StorageService, createMemoryRecords())
  const agent = new Agent(
    {
      config: {
        // Both sides are on this machine.
        allowInsecureHttpUrls: true,
        autoUpdateStorageOnStartup: true,
        logger: new ConsoleLogger(LogLevel.off),
      },
      dependencies: {
        FileSystem: NoFiles,
        EventEmitterClass: EventEmitter,
        fetch: options.fetch,
        WebSocketClass: WebSocket,
      },
      modules: {
        kms: new Kms.KeyManagementModule({ backends: [createMemoryKms()] }),
        openid4vc,
        x509: new X509Module({ getTrustedCertificatesForVerification: listTrusted }),
      },
    },
    dependencies,
  )
  await agent.initialize()
  return agent
}
