// What kinds of jobs there are is said in src/worker.ts. A kind by itself is a name and the shape of its payload, which
// is all that whoever enqueues one needs; how it is run stands with the worker.

import type { z } from 'zod'

export interface JobKind<S extends z.ZodType = z.ZodType> {
  readonly name: string
  readonly payload: S
}

/** One attempt at a job. */
export interface Attempt {
  readonly jobId: string
  /** From 1 */
  readonly number: number
  /** Aborts when the attempt has taken too long, was cancelled, or the worker has to end. */
  readonly signal: AbortSignal
}

/** A kind with how it is run. */
export interface JobDefinition<S extends z.ZodType = z.ZodType> {
  readonly kind: JobKind<S>
  /** A cron expression in UTC. A kind that runs by itself takes an empty payload. */
  readonly schedule?: string
  /** Runs once when a worker starts, too. */
  readonly atStart?: boolean
  /** Seconds that an attempt may take, 60 unless said. */
  readonly timeout?: number
  /** How many one worker takes at a time and runs beside each other, 20 unless said. */
  readonly batch?: number
  run(payload: z.output<S>, attempt: Attempt): Promise<void>
}

export const jobKind = <S extends z.ZodType>(name: string, payload: S): JobKind<S> => ({ name, payload })

/** Hides the payload's type, so that definitions of different payloads stand in one list. */
export const job = <S extends z.ZodType>(definition: JobDefinition<S>): JobDefinition =>
  definition as unknown as JobDefinition

/** Seconds that an attempt of this kind may take. */
export const timeoutOf = ({ timeout = 60 }: JobDefinition): number => timeout
