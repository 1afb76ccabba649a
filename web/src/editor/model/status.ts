/** Which step looks at the reply of another one. Pure. */
import { variablesOf } from '@/pill/template'
import type { Placed } from './steps'

/** The step that looks at how a request ended, before a further one is sent. */
export function readerOfStatus(steps: readonly Placed[], { path, step }: Placed): Placed | undefined {
  const save = step.http?.save ?? step.save
  const names = new Set(['status', save?.status, `steps.${step.id}.status`].filter((name) => name))
  const index = steps.findIndex((one) => one.path === path)
  const sends = (one: Placed) => one.step.http !== undefined || one.step.request !== undefined
  const next = steps.slice(index + 1).find((one) => sends(one) || readsStatus(one.step.if ?? one.step.when ?? '', names))
  return next && !sends(next) ? next : undefined
}

function readsStatus(expression: string, names: ReadonlySet<string | undefined>): boolean {
  const plain = expression.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""')
  return [...names].some((name) => name !== undefined && new RegExp(`(^|[^\\w.])${name.replace(/\./g, '\\.')}\\b`).test(plain)) || variablesOf(expression).some((v) => names.has(v.path))
}
