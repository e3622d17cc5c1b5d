// Traces, as the rest of the code sees them: what begins one is a request or an attempt at a job, and below it stand
// the steps that were asked of the database and of the storage. A span carries names, codes and ids, and never what
// somebody typed: no values, no address beyond the pattern of its route, no message of an error. Where no traces are
// sent there is no Tracing at all, so that it costs nothing; otlp.ts is the one there is.

/** Names are those of OpenTelemetry's conventions where it has one. What is undefined is left out. */
export type Attributes = Record<string, string | number | undefined>

export interface Beginning {
  readonly name: string
  readonly kind: 'server' | 'client' | 'consumer'
  readonly attributes: Attributes
  /** The `traceparent` and `tracestate` headers of whoever asks */
  readonly from?: Readonly<Record<string, string | undefined>>
}

export interface Span {
  readonly traceId: string
  rename(name: string): void
  set(attributes: Attributes): void
  /** Marks it as failed, by a code or the name of a kind of error. */
  fail(type: string): void
  end(): void
}

export interface Tracing {
  /** Runs `work` in a span that begins a trace, or goes on with that of whoever asks. Gives what `work` gives. */
  begin<T>(beginning: Beginning, work: (span: Span) => Promise<T>): Promise<T>
  /** A span below the one in which the caller runs, for the caller to end; undefined outside of any. */
  step(beginning: Omit<Beginning, 'from'>): Span | undefined
  /** Sends what is left, for `graceMs` at most. */
  stop(graceMs: number): Promise<void>
}

/** What kind of error it is, and nothing of what it says, which can quote what a person typed. */
export function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const { code, fault } = error as { code?: unknown; fault?: unknown }
  const [known] = [fault, code].filter(value => typeof value === 'string')
  return known ?? error.name
}
