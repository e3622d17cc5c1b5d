// Sends traces by OTLP over HTTP, with the SDK of OpenTelemetry, which reads the standard OTEL_ variables. It is loaded
// only where traces are wanted. Which span is the active one is kept here and nowhere else: nothing of it is global.
// Spans are sent in batches; when nobody takes them, the oldest are kept up to a bound, the rest is dropped, and that
// is said once a minute.

import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Context,
  type Span as OtlpSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Log } from '../log.ts'
import { version } from '../root.ts'
import { type Beginning, kindOf, type Span, type Tracing } from './tracing.ts'

const WARN_MS = 60_000

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER }

/** Traces on their way to OTEL_EXPORTER_OTLP_ENDPOINT. */
export function openTracing(log: Pick<Log, 'warn'>): Tracing {
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'xtablo', 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerOf(process.env, log),
    spanProcessors: [new BatchSpanProcessor({ exporter: quietly(new OTLPTraceExporter(), log) })],
  })
  const tracer = provider.getTracer('xtablo', version)
  const propagator = new W3CTraceContextPropagator()
  const active = new AsyncLocalStorage<Context>()

  const start = ({ name, kind, attributes }: Omit<Beginning, 'from'>, context: Context) =>
    tracer.startSpan(name, { kind: KINDS[kind], attributes }, context)

  return {
    async begin(beginning, work) {
      const { from = {} } = beginning
      const above = propagator.extract(ROOT_CONTEXT, from, {
        get: (headers, name) => headers[name],
        keys: Object.keys,
      })
      const inner = start(beginning, above)
      const span = ours(inner)
      try {
        return await active.run(trace.setSpan(above, inner), () => work(span))
      } catch (error) {
        span.fail(kindOf(error))
        throw error
      } finally {
        inner.end()
      }
    },
    step(beginning) {
      const above = active.getStore()
      return above && ours(start(beginning, above))
    },
    async stop(graceMs) {
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, graceMs)
      await Promise.race([provider.shutdown().catch(() => {}), late])
      clearTimeout(timer)
    },
  }
}

const ours = (span: OtlpSpan): Span => ({
  traceId: span.spanContext().traceId,
  rename: name => void span.updateName(name),
  set: attributes => void span.setAttributes(attributes),
  fail: type => void span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR }),
  end: () => span.end(),
})

/** An exporter whose failures are a warning of ours, once a minute, and nobody else's concern. */
function quietly(exporter: SpanExporter, log: Pick<Log, 'warn'>): SpanExporter {
  let said = Number.NEGATIVE_INFINITY
  return {
    export: (spans, done) =>
      exporter.export(spans, ({ error }) => {
        if (error && performance.now() - said > WARN_MS) {
          said = performance.now()
          const reason = (error as NodeJS.ErrnoException).code ?? error.message
          log.warn({ reason }, "traces can't be sent: check OTEL_EXPORTER_OTLP_ENDPOINT")
        }
        done({ code: 0 })
      }),
    shutdown: () => exporter.shutdown(),
  }
}

/** As OTEL_TRACES_SAMPLER says, which the SDK leaves to its user. */
function samplerOf(
  { OTEL_TRACES_SAMPLER: name = '', OTEL_TRACES_SAMPLER_ARG: ratio = '1' }: NodeJS.ProcessEnv,
  log: Pick<Log, 'warn'>,
): Sampler {
  const roots: Record<string, () => Sampler> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(Number(ratio)),
  }
  const [prefix, kind = ''] = name.startsWith('parentbased_') ? ['parentbased', name.slice(12)] : ['', name]
  const root = roots[kind]?.()
  if (root) return prefix ? new ParentBasedSampler({ root }) : root
  if (name) log.warn(`OTEL_TRACES_SAMPLER: “${name}” is not known, so every trace is sent.`)
  return new ParentBasedSampler({ root: new AlwaysOnSampler() })
}
