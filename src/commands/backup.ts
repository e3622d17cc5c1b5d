import { resolve } from 'node:path'
import { backUp } from '../backup/backup.ts'
import { BackupError } from '../backup/errors.ts'
import type { Summary } from '../backup/manifest.ts'
import { checkRelease } from '../backup/place.ts'
import { type Verified, verify } from '../backup/reading.ts'
import { type Restored, restore } from '../backup/restore.ts'
import { type Written, writeToFile, writeToStream } from '../backup/writing.ts'
import { open } from '../open.ts'
import { configure, misused, print, take } from './speaking.ts'

/** How many faulty objects are named. */
const NAMED = 20

/** `xtablo backup FILE`; `-` is the standard output. */
export async function makeBackup([file, ...rest]: readonly string[]): Promise<void> {
  const config = configure(rest)
  if (!file) throw misused('backup takes the name of a file that it makes, or - for the standard output.')
  const toOutput = file === '-'
  if (toOutput && process.stdout.isTTY)
    throw misused('backup - writes an archive to the standard output: send that to a file or a program.')
  const begun = performance.now()
  const signal = interrupted('nothing was written')
  const { deps, close } = await open(config, { purpose: 'read', command: 'backup', toError: toOutput })
  try {
    const { bytes, told } = backUp(deps, 'backup', signal)
    const written = toOutput
      ? await writeToStream(process.stdout, bytes, signal)
      : await writeToFile(resolve(file), bytes, signal)
    const seconds = (performance.now() - begun) / 1000
    const say = toOutput ? complain : print
    say(summaryOf(file, told, written, seconds))
    complain(faultsOf(told))
  } finally {
    await close()
  }
}

/** `xtablo restore FILE [--replace]`, and `--check`, which only reads the archive. */
export async function restoreBackup(args: readonly string[]): Promise<void> {
  const rest = [...args]
  const [check, replace] = [take(rest, '--check'), take(rest, '--replace')]
  const [file, ...unknown] = rest
  const config = configure(unknown)
  if (!file || file === '-') throw misused('restore takes the file of an archive, which it reads twice.')
  const path = resolve(file)
  const signal = interrupted('everything is as it was before')
  const verified = await verify(path, signal)
  await checkRelease(verified.manifest)
  print(contentOf(file, verified))
  complain(faultsOf(verified.summary))
  if (check) return
  const { deps, close } = await open(config, { purpose: 'start', command: 'restore' })
  try {
    const begun = performance.now()
    const restored = await restore(deps, { path, verified, replace }, signal)
    print(restoredOf(restored, (performance.now() - begun) / 1000))
  } finally {
    await close()
  }
}

/** Aborts at SIGINT or SIGTERM. */
function interrupted(consequence: string): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => controller.abort(new BackupError(`Interrupted by ${name}: ${consequence}.`)))
  return controller.signal
}

function summaryOf(file: string, { rows, files, bytes }: Summary, written: Written, seconds: number): string {
  const what = `${count(rows)} rows and ${count(files)} files of ${size(bytes)}`
  return `${file}: ${what}, ${size(written.bytes)} in ${seconds.toFixed(1)} s\nsha256 ${written.sha256}\n`
}

function contentOf(file: string, { manifest, summary, size: bytes }: Verified): string {
  const { made_at, release, postgres, migrations } = manifest
  return [
    `${file} is whole: ${size(bytes)}, made at ${made_at} by Xtablo ${release} on Postgres ${postgres}`,
    `${count(summary.rows)} rows and ${count(summary.files)} files of ${size(summary.bytes)}, as of migration ${migrations.at(-1)}`,
    '',
  ].join('\n')
}

function faultsOf({ faulty, faults }: Summary): string {
  if (faulty === 0) return ''
  const words = {
    missing: 'is missing in the storage',
    short: 'is cut off in the storage',
    other: 'has other bytes in the storage than were uploaded',
  }
  const named = faults.slice(0, NAMED).map(({ key, fault }) => `warning: ${key} ${words[fault]}\n`)
  const more = faulty > named.length ? `warning: and ${count(faulty - named.length)} more\n` : ''
  return `warning: ${count(faulty)} files are not what the database says; the archive has them as they are\n${named.join('')}${more}`
}

function restoredOf({ foreign, leftOver, lostKey, lostAuthenticators }: Restored, seconds: number): string {
  const lines = [`restored in ${seconds.toFixed(1)} s`]
  if (foreign.length > 0) lines.push(`left out, since they are not Xtablo's: ${foreign.join(', ')}`)
  if (leftOver > 0)
    lines.push(
      `${count(leftOver)} files of before are left to the cleanup, which the worker runs within an hour`,
    )
  if (lostKey !== undefined || lostAuthenticators.length > 0) {
    lines.push('SESSION_SECRET is another than that of the backup, so this is lost:')
    if (lostKey !== undefined)
      lines.push(
        `  the key that signs access tokens (${lostKey}): a new one signs now, and programs get new tokens by their refresh tokens`,
      )
    if (lostAuthenticators.length > 0)
      lines.push(
        `  the authenticator apps of ${count(lostAuthenticators.length)} people: their passkeys stay, and whoever has none signs in by the password alone until they set an app up again`,
        ...lostAuthenticators.map(email => `    ${email}`),
      )
    lines.push(
      '  the counters of failed sign-ins: they begin anew',
      'Passwords, sessions, refresh tokens, personal tokens, passkeys and links go on to work.',
    )
  }
  lines.push('next: start Xtablo, sign in, and open a file', '')
  return lines.join('\n')
}

const count = (number: number) => number.toLocaleString('en-US')

/** Bytes for people. */
function size(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const unit = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${units[unit]}`
}

function complain(text: string): void {
  process.stderr.write(text)
}
