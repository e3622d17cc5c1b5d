import { join } from 'node:path'
import type { Config } from '../../config.ts'
import { folderStorage } from './folder.ts'
import type { Storage } from './storage.ts'

/** The storage that the configuration names: a bucket, or by default a folder in the data directory. */
export async function openStorage({ s3, dataDir }: Pick<Config, 's3' | 'dataDir'>): Promise<Storage> {
  if (!s3) return folderStorage(join(dataDir, 'storage'))
  // The S3 client takes its time and its memory, which only who uses it should pay.
  const { s3Storage } = await import('./s3.ts')
  return s3Storage(s3)
}
