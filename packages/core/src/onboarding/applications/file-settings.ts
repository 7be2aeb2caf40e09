import type { BlobStore } from '../blobs/index.ts'

/** Blob store and limits for uploaded files. */
export interface FileSettings {
  /** Store of the encrypted file contents. */
  readonly blobs: BlobStore
  /** Maximum bytes per file. Default 10 MiB. */
  readonly maxFileBytes: number
  /** Maximum files per request. Default 20. */
  readonly maxFilesPerRequest: number
  /** Maximum files stored per wallet. Default 200. */
  readonly maxFilesPerWallet: number
  /** Maximum bytes stored per wallet. Default 500 MiB. */
  readonly maxBytesPerWallet: number
  /** Maximum uploads per source address and hour. Default 500. */
  readonly maxFilesPerSourcePerHour: number
}

/** Default limits. */
export const defaultFileLimits: Omit<FileSettings, 'blobs'> = {
  maxFileBytes: 10 * 1024 * 1024,
  maxFilesPerRequest: 20,
  maxFilesPerWallet: 200,
  maxBytesPerWallet: 500 * 1024 * 1024,
  maxFilesPerSourcePerHour: 500,
}

/** Time in milliseconds after which unreferenced files and incomplete uploads are deleted. */
export const unusedFileTtlMs = 24 * 60 * 60 * 1000
