import 'reflect-metadata'
import { EventEmitter } from 'node:events'
import { Agent, ConsoleLogger, DependencyManager, InjectionSymbols, Kms, LogLevel, X509Module } from '@credo-ts/core'
import { WebSocket } from 'ws'
import { OpenId4VcModule } from '@credo-ts/openid4vc'
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

/**
 * Creates a wallet of Credo.
 * @param authorities DER, of the issuers and verifiers that it trusts
 */
export async function createCredoWallet(authorities: readonly Uint8Array[]) {
  const trusted = authorities.map((authority) => Buffer.from(authority).toString('base64'))
  const dependencies = new DependencyManager()
  dependencies.registerInstance(InjectionSymbols.StorageService, createMemoryRecords())
  const agent = new Agent(
    {
      config: {
        // Issuer and verifier are on this machine.
        allowInsecureHttpUrls: true,
        autoUpdateStorageOnStartup: true,
        logger: new ConsoleLogger(LogLevel.off),
      },
      dependencies: { FileSystem: NoFiles, EventEmitterClass: EventEmitter, fetch, WebSocketClass: WebSocket },
      modules: {
        kms: new Kms.KeyManagementModule({ backends: [createMemoryKms()] }),
        openid4vc: new OpenId4VcModule(),
        x509: new X509Module({ getTrustedCertificatesForVerification: () => trusted }),
      },
    },
    dependencies,
  )
  await agent.initialize()
  return agent
}

/** A wallet of Credo. */
export type CredoWallet = Awaited<ReturnType<typeof createCredoWallet>>

/** Takes an offer: as many instances of one configuration as there are to be keys. */
export async function receiveCredential(wallet: CredoWallet, offerUri: string, configuration: string, count: number) {
  const { holder } = wallet.modules.openid4vc
  const resolvedCredentialOffer = await holder.resolveCredentialOffer(offerUri)
  const token = await holder.requestToken({ resolvedCredentialOffer })
  const { credentials } = await holder.requestCredentials({
    resolvedCredentialOffer,
    ...token,
    credentialConfigurationIds: [configuration],
    credentialBindingResolver: async () => {
      const keys = await Promise.all(
        Array.from({ length: count }, () => wallet.kms.createKeyForSignatureAlgorithm({ algorithm: 'ES256' })),
      )
      return { method: 'jwk', keys: keys.map(({ publicJwk }) => Kms.PublicJwk.fromPublicJwk(publicJwk)) }
    },
  })
  const [received] = credentials
  if (received === undefined) throw new Error('no credential was received')
  return received
}

/** Presents what the wallet has to a request. Returns the status of the verifier's reply. */
export async function presentCredential(wallet: CredoWallet, requestUri: string): Promise<number | undefined> {
  const { holder } = wallet.modules.openid4vc
  const { authorizationRequestPayload, dcql } = await holder.resolveOpenId4VpAuthorizationRequest(requestUri)
  if (dcql === undefined) throw new Error('the request has no DCQL')
  const credentials = holder.selectCredentialsForDcqlRequest(dcql.queryResult)
  const { serverResponse } = await holder.acceptOpenId4VpAuthorizationRequest({
    authorizationRequestPayload,
    dcql: { credentials },
  })
  return serverResponse?.status
}
