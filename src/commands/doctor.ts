import { type Config, ConfigError, loadDotEnv } from '../config.ts'
import { examineAll } from '../doctor/doctor.ts'
import type { Named } from '../doctor/findings.ts'
import { asJson, asText, hasFault } from '../doctor/report.ts'
import { understand } from '../doctor/understanding.ts'
import { openDatabase } from '../open.ts'
import { openStorage } from '../platform/storage/open.ts'
import { jobs } from '../worker.ts'
import { misused, print, take } from './speaking.ts'

/** For an embedded Postgres that was started to be looked at, and is stopped again. */
const CLOSE_MS = 3_000
/** How long what nobody waits for any more may keep the process. */
const LEFTOVERS_MS = 200

/** Looks at everything and says what to do; ends with 1 when something does not work. */
export async function doctor(args: readonly string[]): Promise<void> {
  const rest = [...args]
  const [json, deep] = [take(rest, '--json'), take(rest, '--deep')]
  if (rest[0] !== undefined) throw misused(`“${rest[0]}” is not understood here.`)
  const unread = readDotEnv()
  const { findings, close } = await lookAt(process.env, { deep, unread })
  print(json ? asJson(findings) : asText(findings))
  if (hasFault(findings)) process.exitCode = 1
  // What hangs was given up, and is not waited for here either.
  global.setTimeout(() => process.exit(), CLOSE_MS).unref()
  await close()
  global.setTimeout(() => process.exit(), LEFTOVERS_MS).unref()
}

/** Everything that is found in an installation of this environment. `unread` is why its .env could not be read. */
export async function lookAt(
  environment: Record<string, string | undefined>,
  { deep = false, unread = [] }: { deep?: boolean; unread?: readonly string[] } = {},
): Promise<{ findings: Named[]; close(): Promise<void> }> {
  const { config, faults } = understand(environment)
  const wrong = (name: string) => faults.some(line => line.startsWith(name))
  const noFolder = wrong('DATA_DIR:')
  const hasDatabase = !wrong('DATABASE_URL:') && (config.databaseUrl !== undefined || !noFolder)
  const hasStorage = !wrong('S3_') && (config.s3 !== undefined || !noFolder)
  const use = { purpose: 'read', command: 'doctor' } as const
  const database = hasDatabase ? openDatabase(config, use, SILENT) : undefined
  // Whoever asks it is told, and nobody may.
  database?.catch(() => {})
  const storage = hasStorage ? await openStorage(config) : undefined
  const findings = await examineAll({
    environment,
    config,
    faults: [...unread, ...faults],
    database: database?.then(({ pool, db }) => ({ pool, reader: db })),
    storage,
    scheduled: scheduledKinds(config),
    deep,
  })
  const close = async () => {
    storage?.close()
    await database?.then(opened => opened.close()).catch(() => {})
  }
  return { findings, close }
}

/** What is lost or mended meanwhile is found by the checks. */
const SILENT = { warn: () => {} }

function readDotEnv(): string[] {
  try {
    loadDotEnv()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return [error.message]
    throw error
  }
}

/** Of a kind only its name and its time are read. */
const scheduledKinds = (config: Config) =>
  jobs({ config } as Parameters<typeof jobs>[0])
    .filter(({ schedule }) => schedule !== undefined)
    .map(({ kind }) => kind.name)
