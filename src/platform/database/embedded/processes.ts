import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The command line of a process. Undefined when it is gone or a zombie. */
export function commandOf(pid: number): string | undefined {
  try {
    const command =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return command.trim() || undefined
  } catch {
    return undefined
  }
}
