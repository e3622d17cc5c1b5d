// Metrics as Prometheus reads them.

import type { Registry } from 'prom-client'

/** The values of a metric, by its labels as they are written. */
export function valuesIn(text: string, name: string): Record<string, number> {
  const samples = text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))
  return Object.fromEntries([...samples].map(([, labels = '', value]) => [labels, Number(value)]))
}

/** The same of what a registry holds now. */
export const valuesOf = async (registry: Pick<Registry, 'metrics'>, name: string) =>
  valuesIn(await registry.metrics(), name)
