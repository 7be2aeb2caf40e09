import type { BlobStore } from '../blobs/index.ts'

/** How many files, how large, and where they go. */
export interface FileSettings {
  readonly blobs: BlobStore
  /** Bytes of one file. */
  readonly fileBytes: number
  /** Files of one request. */
  readonly requestFiles: number
  /** Files that one wallet may keep. */
  readonly walletFiles: number
  /** Bytes that one wallet may keep. */
  readonly walletBytes: number
  /** Files that may come from one address in an hour. */
  readonly sourceFiles: number
}

/** What holds unless the host says otherwise. */
export const fileDefaults: Omit<FileSettings, 'blobs'> = {
  fileBytes: 10 * 1024 * 1024,
  requestFiles: 20,
  walletFiles: 200,
  walletBytes: 500 * 1024 * 1024,
  sourceFiles: 500,
}

/** How long a file is kept that nothing refers to, and one whose writing never ended, in milliseconds. */
export const unusedFileLife = 24 * 60 * 60 * 1000
