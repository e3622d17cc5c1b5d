// The home of the database is the folder that holds its cluster, its password and its socket. It is `postgres` in the
// data directory; but root, whose Postgres runs as another user, may keep its data where that user can't enter. Then
// the home is /var/lib/xtablo/<hash of the data directory's path>, and a note in the data directory says so. The note
// is what counts: a data directory that is moved keeps its database, and one that was deleted and made again gets a
// new database, while the old one is set aside rather than deleted.

import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type Account, canEnter, isRoot, newAccount, ownerOf } from './account.ts'
import { SHARED } from './binaries.ts'
import { EmbeddedError, notAFolder } from './errors.ts'

export interface Home {
  folder: string
  cluster: string
  account: Account
  notes: string[]
}

const NOTE = 'postgres.location'

/** Finds the home of an existing database, or undefined. Throws an EmbeddedError for a folder that is not ours. */
export function findHome(dataDir: string): Home | undefined {
  const stats = statSync(dataDir, { throwIfNoEntry: false })
  if (stats === undefined) return undefined
  if (!stats.isDirectory()) throw notAFolder(dataDir)
  if (existsSync(join(dataDir, 'PG_VERSION'))) {
    throw new EmbeddedError(
      `${dataDir} is the data directory of a Postgres server, not of Xtablo: set DATA_DIR to another folder, or DATABASE_URL to that server.`,
    )
  }
  const noted = readNote(dataDir)
  const folder = noted ?? join(dataDir, 'postgres')
  const cluster = join(folder, 'cluster')
  if (!existsSync(cluster)) return undefined
  const account = ownerOf(cluster)
  if (!canEnter(account, cluster)) {
    throw new EmbeddedError(
      `User ${account?.uid} can't enter ${folder}, where its database lies: allow it (chmod o+x on each folder above), or move ${dataDir}.`,
    )
  }
  return { folder, cluster, account, notes: noted === undefined ? [] : [elsewhere(folder)] }
}

/** Makes the home for a new database. Nothing that exists is deleted. */
export function makeHome(dataDir: string): Home {
  const account = newAccount()
  mkdirSync(dataDir, { recursive: true, mode: isRoot() ? 0o711 : 0o700 })
  const notes: string[] = []
  if (readNote(dataDir) === undefined && !canEnter(account, dataDir)) {
    notes.push(...setAside(dataDir))
    makeFolder(shared(dataDir))
    writeNote(dataDir, shared(dataDir))
  }
  const noted = readNote(dataDir)
  if (noted !== undefined) notes.push(elsewhere(noted))
  const folder = noted ?? join(dataDir, 'postgres')
  makeFolder(folder)
  checkOurs(folder)
  return { folder, cluster: join(folder, 'cluster'), account, notes }
}

const elsewhere = (folder: string) =>
  `The database lies in ${folder}, where the user that Postgres runs as can enter.`

const hash = (dataDir: string) => createHash('sha256').update(dataDir).digest('hex').slice(0, 16)
const shared = (dataDir: string) => join(SHARED, hash(dataDir))

function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: isRoot() ? 0o711 : 0o700 })
}

function readNote(dataDir: string): string | undefined {
  const path = join(dataDir, NOTE)
  if (!existsSync(path)) return undefined
  const [folder = ''] = readFileSync(path, 'utf8').split('\n')
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder
  throw new EmbeddedError(
    `${path} says that the database lies in "${folder}", which is not there: bring that folder back, or delete the note to begin with an empty database.`,
  )
}

function writeNote(dataDir: string, folder: string): void {
  const aside = join(dataDir, `${NOTE}.new-${process.pid}`)
  writeFileSync(
    aside,
    `${folder}\nThe database of this folder lies there, since the user that Postgres runs as can't enter here.\n`,
  )
  renameSync(aside, join(dataDir, NOTE))
}

/** A home without a note belonged to a data directory that was deleted since. */
function setAside(dataDir: string): string[] {
  const folder = shared(dataDir)
  if (!existsSync(join(folder, 'cluster')) || existsSync(join(dataDir, NOTE))) return []
  if (existsSync(join(folder, 'cluster/postmaster.pid'))) {
    throw new EmbeddedError(
      `The database of an earlier ${dataDir} may still be running in ${folder}: stop that process, delete ${folder}/cluster/postmaster.pid, and start again.`,
    )
  }
  const aside = `${folder}.${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
  renameSync(folder, aside)
  return [`The database of an earlier ${dataDir} was set aside in ${aside}: delete it if nobody needs it.`]
}

const OURS = /^(cluster(\.new-.*)?|password(\.new-.*)?|socket)$/

function checkOurs(folder: string): void {
  const foreign = readdirSync(folder).find(name => !OURS.test(name))
  if (foreign === undefined) return
  throw new EmbeddedError(
    `${folder} holds "${foreign}", which is not Xtablo's: move it away, or set DATA_DIR to another folder.`,
  )
}
