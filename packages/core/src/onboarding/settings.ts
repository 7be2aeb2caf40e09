import type { BlobStore } from '../blobs/index.ts'

/** Blob store and limits for uploaded files. */
export interface FileSettings {
  /** Store of the encrypted file contents. */
  readonly blobs: BlobStore
  /** Maximum bytes per file. Default 10 MiB. */
  readonly fileBytes: number
  /** Maximum files per request. Default 20. */
  readonly requestFiles: number
  /** Maximum files stored per wallet. Default 200. */
  readonly walletFiles: number
  /** Maximum bytes stored per wallet. Default 500 MiB. */
  readonly walletBytes: number
  /** Maximum uploads per source address and hour. Default 500. */
  readonly sourceFiles: number
}

/** Default limits. */
export const fileDefaults: Omit<FileSettings, 'blobs'> = {
  fileBytes: 10 * 1024 * 1024,
  requestFiles: 20,
  walletFiles: 200,
  walletBytes: 500 * 1024 * 1024,
  sourceFiles: 500,
}

/** Time in milliseconds after which unreferenced files and incomplete uploads are deleted. */
export const unusedFileLife = 24 * 60 * 60 * 1000
