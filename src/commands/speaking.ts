// How a command takes its arguments, speaks, and refuses.

import { type Config, loadDotEnv, parseConfig } from '../config.ts'
import { AppError, type ErrorCode } from '../errors.ts'

/** What was asked can't be done: the message is one line that says why. */
export class Refusal extends Error {
  override name = 'Refusal'
}

export const misused = (message: string) => new Refusal(`${message} “xtablo help” lists what there is.`)

/** Takes a flag out of the arguments, and tells whether it was there. */
export function take(args: string[], flag: string): boolean {
  const at = args.indexOf(flag)
  if (at >= 0) args.splice(at, 1)
  return at >= 0
}

/** The configuration, once every argument is understood. Throws a Refusal for the first that is not. */
export function configure(unknown: readonly string[]): Config {
  if (unknown[0] !== undefined) throw misused(`“${unknown[0]}” is not understood here.`)
  loadDotEnv()
  return parseConfig(process.env)
}

export function print(text: string): void {
  process.stdout.write(text)
}

/** Turns what a command refuses into words for whoever types; what has no words here is thrown on. */
export const refusing = (words: Partial<Record<ErrorCode, string>>) => (error: unknown) => {
  const said = error instanceof AppError ? words[error.code] : undefined
  throw said === undefined ? error : new Refusal(said)
}
