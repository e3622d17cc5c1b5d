import { ConfigError, loadDotEnv } from '../config.ts'
import { examineAll } from '../doctor/doctor.ts'
import { asJson, asText, hasFault } from '../doctor/report.ts'
import { type Understood, understand } from '../doctor/understanding.ts'
import { openDatabase } from '../open.ts'
import { openStorage } from '../platform/storage/open.ts'
import { jobs } from '../worker.ts'
import { misused, print, take } from './speaking.ts'

/** How long what nobody waits for any more may keep the process. */
const LEFTOVERS_MS = 200
/** For an embedded Postgres that was started to be looked at, and is stopped again. */
const CLOSE_MS = 3_000

/** Looks at everything and says what to do; ends with 1 when something does not work. */
export async function doctor(args: readonly string[]): Promise<void> {
  const rest = [...args]
  const [json, deep] = [take(rest, '--json'), take(rest, '--deep')]
  if (rest[0] !== undefined) throw misused(`“${rest[0]}” is not understood here.`)
  const { config, faults } = read()
  const wrong = (name: string) => faults.some(line => line.startsWith(name))
  const noFolder = wrong('DATA_DIR:')
  const hasDatabase = !wrong('DATABASE_URL:') && (config.databaseUrl !== undefined || !noFolder)
  const hasStorage = !wrong('S3_') && (config.s3 !== undefined || !noFolder)
  const database = hasDatabase
    ? openDatabase(config, { purpose: 'read', command: 'doctor' }, SILENT)
    : undefined
  // Whoever asks it is told, and nobody may.
  database?.catch(() => {})
  const storage = hasStorage ? await openStorage(config) : undefined
  const findings = await examineAll({
    environment: process.env,
    config,
    faults,
    database: database?.then(({ pool, db }) => ({ pool, reader: db })),
    storage,
    scheduled: scheduledKinds(),
    deep,
  })
  print(json ? asJson(findings) : asText(findings))
  if (hasFault(findings)) process.exitCode = 1
  storage?.close()
  // A host that hangs was given up above, and is not waited for here.
  global.setTimeout(() => process.exit(), CLOSE_MS).unref()
  await database?.then(({ close }) => close()).catch(() => {})
  global.setTimeout(() => process.exit(), LEFTOVERS_MS).unref()
}

/** What is lost or mended meanwhile is found by the checks. */
const SILENT = { warn: () => {} }

function read(): Understood {
  try {
    loadDotEnv()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const { config, faults } = understand(process.env)
    return { config, faults: [error.message, ...faults] }
  }
  return understand(process.env)
}

/** Of a kind only its name and its time are read. */
const scheduledKinds = () =>
  jobs({} as Parameters<typeof jobs>[0])
    .filter(({ schedule }) => schedule !== undefined)
    .map(({ kind }) => kind.name)
