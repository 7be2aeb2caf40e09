export type { BlobName, BlobStore } from './blob-store.ts'
export { databaseBlobs } from './database-blobs.ts'
export { directoryBlobs } from './directory-blobs.ts'
export { openStream, sealStream } from './sealed-stream.ts'
